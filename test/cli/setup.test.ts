/** `mktrouble setup criu@VERSION` with stand-ins of apt and dpkg: which suite is taken, and what is left in the cache. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { locateCriu } from '../../src/backends/criu/locate.ts';
import { EXIT } from '../../src/cli/exit.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { type Ended, mktrouble } from '../support/program.ts';

/** trixie has 4.1.1, forky 4.2.1, sid none; a package is a text with its version. */
const APT_GET = `#!/bin/sh
case "$*" in
  indextargets*) echo "bookworm main mirror:/archive"; exit ;;
  *download-only*) ;;
  *) exit ;;
esac
for word; do case $word in Dir::Cache=*) cache=\${word#*=} ;; Dir::State=*) state=\${word#*=} ;; esac; done
grep -o 'trixie\\|forky' "$state/../sources.list" > "$cache/archives/criu.deb"
`;
const APT_CACHE = `#!/bin/sh
for word; do case $word in Dir::State=*) state=\${word#*=} ;; esac; done
case $(cat "$state/../sources.list") in
  *trixie*) echo "  Candidate: 4.1.1-1" ;;
  *forky*) echo "  Candidate: 1:4.2.1-2" ;;
  *) echo "  Candidate: (none)" ;;
esac
`;
const DPKG = `#!/bin/sh
case $(cat "$2") in trixie) version=4.1.1 ;; *) version=4.2.1 ;; esac
mkdir -p "$3/usr/lib/x" "$3/usr/sbin"
printf '#!/bin/sh\\nshift 2\\nexec "$@"\\n' > "$3/usr/lib/x/ld-linux.so.2"
printf '#!/bin/sh\\necho Version: %s\\n' $version > "$3/usr/sbin/criu"
chmod 755 "$3/usr/lib/x/ld-linux.so.2" "$3/usr/sbin/criu"
`;

describe('mktrouble setup', function () {
  // Each test starts the program up to six times, perhaps on a machine that has much else to do.
  this.timeout(60_000);
  let folder: Folder;
  before(() => {
    folder = temporaryFolder({ 'bin/apt-get': APT_GET, 'bin/apt-cache': APT_CACHE, 'bin/dpkg': DPKG });
    for (const name of ['apt-get', 'apt-cache', 'dpkg']) chmodSync(path.join(folder.path, 'bin', name), 0o755);
  });
  after(() => folder.remove());
  const cache = () => path.join(folder.path, 'cache');
  const command = (...args: string[]): Promise<Ended> =>
    mktrouble(args, {
      env: { MKTROUBLE_CACHE: cache(), PATH: `${path.join(folder.path, 'bin')}:${process.env['PATH']}` },
    });

  it('puts versions side by side, each from the first suite that has it', async () => {
    for (const version of ['4.2.1', '4.1.1']) {
      const { code, stdout } = await command('setup', `criu@${version}`);
      assert.equal(code, EXIT.ok, stdout);
      assert.match(stdout, new RegExp(`CRIU ${version}`));
    }
    assert.deepEqual(readdirSync(cache()).sort(), ['criu-4.1.1', 'criu-4.2.1']);
    assert.equal(lstatSync(cache()).mode & 0o777, 0o700);
  });

  it('fetches nothing that is there', async () => {
    const { code, stdout } = await command('setup', 'criu@4.2.1');
    assert.equal(code, EXIT.ok);
    assert.doesNotMatch(stdout, /Debian/);
  });

  it('says which versions there are when it has not the wanted one', async () => {
    const { code, stderr } = await command('setup', 'criu@3.19');
    assert.equal(code, EXIT.input);
    assert.match(stderr, /4\.1\.1.*4\.2\.1/);
    assert.deepEqual(readdirSync(cache()).sort(), ['criu-4.1.1', 'criu-4.2.1']);
  });

  it('refuses what it does not know', async () => {
    for (const what of ['docker', 'criu@', 'criu@new', 'criu-4.1.1', 'runc@', 'runc@new'])
      assert.equal((await command('setup', what)).code, EXIT.input, what);
  });

  it('prints the command of one CRIU only', async () => {
    for (const what of [['runc'], ['criu@4.1.1', 'criu@4.2.1'], ['docker']])
      assert.equal((await command('setup', ...what, '--print')).code, EXIT.input, what.join(' '));
  });

  it('unpacks a container runtime with what a sandbox needs beside CRIU', async () => {
    const { code, stdout } = await command('setup', 'runc@4.1.1', 'runsc');
    assert.equal(code, EXIT.ok, stdout);
    for (const line of [/^runc 4\.1\.1 /m, /^runsc 4\.1\.1 /m]) assert.match(stdout, line);
    assert.deepEqual(readdirSync(cache()).sort(), ['criu-4.1.1', 'criu-4.2.1', 'runc-4.1.1', 'runsc-4.1.1']);
    const again = await command('setup', 'runc');
    assert.equal(again.code, EXIT.ok);
    assert.doesNotMatch(again.stdout, /Debian/);
  });

  it('unpacks a CRIU with a runtime that checkpoints by CRIU, where none is unpacked', async () => {
    const fresh = temporaryFolder({});
    try {
      const env = { MKTROUBLE_CACHE: fresh.path, PATH: `${path.join(folder.path, 'bin')}:${process.env['PATH']}` };
      for (const [what, folders] of [
        ['runsc', ['runsc-4.1.1']],
        ['runc', ['criu-4.1.1', 'runc-4.1.1', 'runsc-4.1.1']],
      ] as const) {
        const { code, stdout } = await mktrouble(['setup', what], { env });
        assert.equal(code, EXIT.ok, stdout);
        assert.deepEqual(readdirSync(fresh.path).sort(), folders);
      }
    } finally {
      fresh.remove();
    }
  });

  it('installs the version that is named, and reports an unknown one', async () => {
    const environment = { MKTROUBLE_CACHE: cache(), PATH: '' };
    const missing = await locateCriu({ ...environment, MKTROUBLE_CRIU: '4.9' });
    assert.match(String(missing), /setup criu@4\.9/);
    const found = await locateCriu({ ...environment, MKTROUBLE_CRIU: '4.2.1' });
    assert.ok(typeof found !== 'string');
    assert.equal(found.version, '4.2.1');
    // A CRIU of the system has precedence.
    if (['/usr/sbin/criu', '/sbin/criu'].some((file) => existsSync(file))) return;
    const usual = await locateCriu(environment);
    assert.ok(typeof usual !== 'string');
    assert.equal(usual.version, '4.1.1');
    assert.equal((await command('doctor', '--criu', '/no/such/criu')).code, EXIT.input);
  });
});
