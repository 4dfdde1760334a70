import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { buildProgram, CannotCompile } from '../../../src/backends/agent/c-program.ts';
import { BadCache, cacheFolder, openCache } from '../../../src/backends/host/cache.ts';
import { isSound } from '../../../src/backends/host/seal.ts';
import { distrust } from '../../../src/backends/host/trust.ts';
import { type Folder, temporaryFolder } from '../../support/folder.ts';
import { mktrouble } from '../../support/program.ts';

const isRoot = process.getuid?.() === 0;

describe('The cache folder', () => {
  let folder: Folder;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder.remove());
  const at = (...names: string[]) => path.join(folder.path, ...names);

  it('is MKTROUBLE_CACHE, else below XDG_CACHE_HOME, else below HOME', () => {
    assert.equal(cacheFolder({ MKTROUBLE_CACHE: '/a', XDG_CACHE_HOME: '/b', HOME: '/c' }), '/a');
    assert.equal(cacheFolder({ XDG_CACHE_HOME: '/b', HOME: '/c' }), '/b/mktrouble');
    assert.equal(cacheFolder({ XDG_CACHE_HOME: '', HOME: '/c' }), '/c/.cache/mktrouble');
    assert.match(cacheFolder({}), /^\/.*\.cache\/mktrouble$/);
  });

  it('cannot be relative or empty', () => {
    for (const environment of [
      { MKTROUBLE_CACHE: '' },
      { MKTROUBLE_CACHE: 'cache' },
      { XDG_CACHE_HOME: './cache', HOME: '/c' },
      { HOME: '' },
      { HOME: 'home' },
    ])
      assert.throws(() => cacheFolder(environment), BadCache, JSON.stringify(environment));
  });

  it('is made for this user alone, whatever the umask', () => {
    const before = process.umask(0);
    try {
      openCache(at('new/cache'));
    } finally {
      process.umask(before);
    }
    assert.equal(lstatSync(at('new/cache')).mode & 0o777, 0o700);
  });

  it('is refused when others can write to it, or to a folder above it', () => {
    for (const mode of [0o777, 0o1777, 0o770]) {
      mkdirSync(at('cache'), { recursive: true });
      chmodSync(at('cache'), mode);
      assert.throws(() => openCache(at('cache')), BadCache);
    }
    chmodSync(at('cache'), 0o777);
    assert.throws(() => openCache(at('cache/deep')), BadCache);
    // What is ours in a folder with the sticky bit cannot be replaced.
    chmodSync(at('cache'), 0o1777);
    assert.doesNotThrow(() => openCache(at('cache/deep')));
  });

  it('is refused when it is reached through a link that others could change', () => {
    mkdirSync(at('mine'), { mode: 0o700 });
    mkdirSync(at('open'));
    chmodSync(at('open'), 0o777);
    symlinkSync(at('mine'), at('open/link'));
    symlinkSync('open/link', at('link'));
    assert.throws(() => openCache(at('link')), BadCache);
    assert.throws(() => openCache(at('link/deep')), BadCache);
    symlinkSync('mine', at('good'));
    assert.doesNotThrow(() => openCache(at('good')));
    symlinkSync('loop', at('loop'));
    assert.ok(distrust(at('loop')));
  });

  it('is refused when it, or a folder above it, belongs to another user', function () {
    if (!isRoot) {
      console.log('      skipped: needs root');
      this.skip();
    }
    mkdirSync(at('home/cache'), { recursive: true });
    chownSync(at('home/cache'), 4242, 4242);
    assert.throws(() => openCache(at('home/cache')), BadCache);
    chownSync(at('home'), 4242, 4242);
    assert.throws(() => openCache(at('home/other')), BadCache);
  });
});

describe('A program in the cache', function () {
  this.timeout(60_000);
  let folder: Folder;
  let cache: string;
  let program: string;
  const build = () => buildProgram({ name: 'a', flags: [], sources: [path.join(folder.path, 'a.c')] }, cache);
  before(async function () {
    folder = temporaryFolder({ 'a.c': 'int main(void) { return 0; }\n' });
    cache = path.join(folder.path, 'cache');
    try {
      program = await build();
    } catch (error) {
      if (!(error instanceof CannotCompile)) throw error;
      console.log(`      skipped: ${error.message}`);
      this.skip();
    }
  });
  after(() => folder.remove());

  const damages: readonly [what: string, damage: (file: string) => void][] = [
    ['is empty', (file) => truncateSync(file)],
    ['is cut', (file) => truncateSync(file, 1000)],
    ['has a byte changed', (file) => writeFileSync(file, readFileSync(file).fill(7, 5000, 5001))],
    ['cannot be executed', (file) => chmodSync(file, 0o600)],
    ['can be written to by others', (file) => chmodSync(file, 0o777)],
    ['is another program', (file) => writeFileSync(file, '#!/bin/sh\nexit 0\n')],
  ];
  for (const [what, damage] of damages) {
    it(`is compiled anew when it ${what}`, async () => {
      damage(program);
      assert.equal(await isSound(program), false);
      assert.equal(await build(), program);
      assert.ok(await isSound(program));
      assert.deepEqual(readdirSync(cache), [path.basename(program)]);
    });
  }

  it('stays one file when several compile it at once: the first may have been started from it', async () => {
    const sources = [path.join(folder.path, 'a.c')];
    const cacheOfAll = path.join(folder.path, 'of-all');
    const builds = Array.from({ length: 4 }, () => buildProgram({ name: 'a', flags: [], sources }, cacheOfAll));
    const files = await Promise.all(builds.map(async (built) => lstatSync(await built).ino));
    assert.equal(new Set(files).size, 1);
    assert.equal(readdirSync(cacheOfAll).length, 1);
  });

  it('is compiled anew when it belongs to another user', async function () {
    if (!isRoot) {
      console.log('      skipped: needs root');
      this.skip();
    }
    chownSync(program, 4242, 4242);
    await build();
    assert.equal(lstatSync(program).uid, 0);
  });
});

describe('A program that another user planted', function () {
  this.timeout(60_000);
  let folder: Folder;
  let names: readonly string[];
  before(async function () {
    folder = temporaryFolder();
    const { stdout } = await mktrouble(['doctor', '--json'], {
      env: { MKTROUBLE_CACHE: path.join(folder.path, 'clean') },
    });
    const { native } = JSON.parse(stdout) as Record<string, readonly { available: boolean; detail: string }[]>;
    names = existsSync(path.join(folder.path, 'clean')) ? readdirSync(path.join(folder.path, 'clean')) : [];
    if (native?.[0]?.available && isRoot) return;
    console.log(`      skipped: ${isRoot ? native?.[0]?.detail : 'needs root'}`);
    this.skip();
  });
  after(() => folder.remove());

  /** A cache made by another user, with programs that leave a mark when they are started. */
  function plant(cache: string, mode: number, owner: number): string {
    const mark = path.join(folder.path, `started-${path.basename(path.dirname(cache))}`);
    mkdirSync(cache, { recursive: true });
    for (const name of names) {
      const file = path.join(cache, name);
      writeFileSync(file, `#!/bin/sh\ntouch ${mark}\n`);
      chmodSync(file, 0o777);
      chownSync(file, owner, owner);
    }
    chownSync(cache, owner, owner);
    chmodSync(cache, mode);
    return mark;
  }

  const ways: readonly [
    string,
    (home: string) => { cache: string; mode: number; owner: number; env: Record<string, string>; cwd?: string },
  ][] = [
    [
      'in a folder that other users can write to (umask 000)',
      (home) => ({ cache: `${home}/c`, mode: 0o777, owner: 0, env: { MKTROUBLE_CACHE: `${home}/c` } }),
    ],
    [
      'in a shared cache',
      (home) => ({ cache: `${home}/c`, mode: 0o1777, owner: 4242, env: { MKTROUBLE_CACHE: `${home}/c` } }),
    ],
    [
      "in a user's HOME that root has kept",
      (home) => ({ cache: `${home}/.cache/mktrouble`, mode: 0o755, owner: 4242, env: { HOME: home } }),
    ],
    [
      'in the working folder, with an empty HOME',
      (home) => ({ cache: `${home}/.cache/mktrouble`, mode: 0o755, owner: 0, env: { HOME: '' }, cwd: home }),
    ],
    [
      'in the working folder, with a relative XDG_CACHE_HOME',
      (home) => ({ cache: `${home}/x/mktrouble`, mode: 0o755, owner: 0, env: { XDG_CACHE_HOME: 'x' }, cwd: home }),
    ],
  ];
  for (const [i, [how, way]] of ways.entries()) {
    it(`${how}, is never started; the reason is reported`, async () => {
      const { cache, mode, owner, env, cwd } = way(path.join(folder.path, `way-${i}`));
      const mark = plant(cache, mode, owner);
      const inherited = Object.fromEntries(['XDG_CACHE_HOME'].map((name) => [name, '']));
      const { code, stdout } = await mktrouble(['doctor', '--json'], {
        env: { ...inherited, ...env },
        ...(cwd && { cwd }),
      });
      assert.equal(code, 0);
      const { native } = JSON.parse(stdout) as Record<string, readonly { available: boolean; detail: string }[]>;
      assert.equal(native?.[0]?.available, false);
      assert.match(native![0]!.detail, /cache/i);
      assert.equal(existsSync(mark), false);
    });
  }
});
