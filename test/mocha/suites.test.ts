import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectOn } from '../../src/config/index.ts';
import { resolveOptions } from '../../src/config/resolve.ts';
import { type HookSetting, hookScenarioFiles } from '../../src/mocha/hook.ts';
import { makePortions } from '../../src/mocha/portion.ts';
import { suiteTitle } from '../../src/mocha/suite.ts';
import type { Case } from '../../src/model/case.ts';
import type { Loaded } from '../../src/scenario/index.ts';
import { aBackend, aCase } from '../support/builders.ts';
import { type NestedRun, nestedMocha } from '../support/nested-mocha.ts';

const DEFAULT_OPTIONS = resolveOptions([]).options;

const { extensions } = createRequire(import.meta.url);

describe('scenario files as Mocha suites', () => {
  const saved = { ...extensions };
  let folder: string;
  let file: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'mktrouble-'));
    file = path.join(folder, 'a.yaml');
    writeFileSync(file, '');
  });
  after(() => {
    for (const name of Object.keys(extensions)) delete extensions[name];
    Object.assign(extensions, saved);
    rmSync(folder, { recursive: true });
  });

  /** Runs one file that has these cases. */
  const runFile = (cases: readonly Case[], more: Partial<HookSetting> = {}, mochaOptions: Mocha.MochaOptions = {}) => {
    const load = (): Loaded => ({ cases: [...cases], diagnostics: [] });
    hookScenarioFiles(() => ({ options: DEFAULT_OPTIONS, load, open: async () => aBackend(), ...more }));
    return nestedMocha([file], mochaOptions);
  };
  const titled = (title: string, more: Partial<Case> = {}) => aCase({ except: ['no-such'] }, { title, ...more });

  it('a file is a suite, a case is a test, at their place', async () => {
    const { ends } = await runFile([titled('one'), titled('two')]);
    assert.deepEqual(
      ends.map(({ title, suite, file: where }) => ({ title, suite, where })),
      ['one', 'two'].map((title) => ({ title, suite: suiteTitle(file), where: file })),
    );
  });

  it('works with the tdd interface as well', async () => {
    const { ends } = await runFile([titled('one')], {}, { ui: 'tdd' });
    assert.equal(ends.length, 1);
  });

  it('carries the tags in the title, where --grep finds them', async () => {
    const cases = [titled('one', { tags: ['fast', 'ptrace'] }), titled('two')];
    const { ends } = await runFile(cases, {}, { grep: '@ptrace' });
    assert.deepEqual(
      ends.map(({ title }) => title),
      ['one @fast @ptrace'],
    );
  });

  it('hands the verdict to reporters, and lets it go afterwards', async () => {
    const { ends, held } = await runFile([aCase({ coordinator: ['EBUSY'] }, { title: 'one' }), titled('two')]);
    assert.deepEqual(
      ends.map(({ verdict }) => verdict?.title),
      ['one', 'two'],
    );
    assert.equal(held, 0);
  });

  it('a finding is a failure that says what and where, without a stack of ours', async () => {
    const position = { file, line: 3, column: 1 };
    const { ends } = await runFile([aCase({ coordinator: ['ok'] }, { title: 'one', position })]);
    assert.equal(ends[0]?.how, 'fail');
    assert.equal(ends[0]?.verdict?.status, 'fail');
    assert.match(ends[0]?.error?.message ?? '', /expectation/);
    assert.ok(ends[0]?.error?.stack?.includes(`${file}:3:1`));
    assert.doesNotMatch(ends[0]?.error?.stack ?? '', /\.ts:/);
  });

  it('an inapplicable case is pending, with its reason in the verdict', async () => {
    const backend = aBackend();
    backend.refuses.returns('no ghosts here');
    const { ends } = await runFile([titled('one')], { open: async () => backend });
    assert.equal(ends[0]?.how, 'pending');
    assert.equal(ends[0]?.verdict?.reason, 'no ghosts here');
  });

  it('a broken file is one failing test, and what it says is the diagnostics', async () => {
    const diagnostic = { severity: 'error' as const, file, line: 7, column: 5, message: 'unknown signal', frame: '' };
    const load = (): Loaded => ({ cases: [titled('one')], diagnostics: [diagnostic] });
    const { ends } = await runFile([], { load });
    assert.equal(ends.length, 1);
    assert.equal(ends[0]?.how, 'fail');
    assert.ok(ends[0]?.error?.message.includes(`${file}:7:5`));
    assert.match(ends[0]?.error?.message ?? '', /unknown signal/);
  });

  it('so is every file when the options are wrong', async () => {
    hookScenarioFiles(() => 'these options are wrong');
    const { ends } = await nestedMocha([file]);
    assert.equal(ends[0]?.how, 'fail');
    assert.match(ends[0]?.error?.message ?? '', /these options are wrong/);
  });

  it('replay files are not scenarios', async () => {
    const replay = path.join(folder, 'a.replay.yaml');
    writeFileSync(replay, '');
    hookScenarioFiles(() => assert.fail('not asked for'));
    assert.deepEqual((await nestedMocha([replay])).ends, []);
  });

  it('runs each case on each backend that is asked for, and says which', async () => {
    const opened: string[] = [];
    const open: HookSetting['open'] = async (name) => {
      opened.push(name);
      return Object.assign(aBackend(), { name });
    };
    const { ends } = await runFile([titled('one')], {
      open,
      options: { ...DEFAULT_OPTIONS, projects: [projectOn('simulated', {}), projectOn('native', {})] },
    });
    assert.deepEqual(
      ends.map(({ verdict }) => verdict?.backend),
      ['simulated', 'native'],
    );
    assert.equal(new Set(ends.map(({ title }) => title)).size, 2);
    assert.deepEqual(opened, ['simulated', 'native']);
  });

  it('opens a backend once for a file, and lets go of it', async () => {
    const backend = aBackend();
    let opened = 0;
    const open: HookSetting['open'] = async () => {
      opened += 1;
      return backend;
    };
    await runFile([titled('one'), titled('two')], { open });
    assert.equal(opened, 1);
    assert.ok(backend.dispose.calledOnce);
    assert.ok(backend.dispose.calledAfter(backend.run));
  });

  it('only runs what is selected', async () => {
    const cases = [titled('one', { tags: ['a'] }), titled('two', { tags: ['b'] }), titled('three', { tags: ['a'] })];
    const titles = async (options: Partial<HookSetting['options']>) =>
      (await runFile(cases, { options: { ...DEFAULT_OPTIONS, ...options } })).ends.map(({ verdict }) => verdict?.title);
    assert.deepEqual(await titles({ tags: ['a'] }), ['one', 'three']);
    assert.deepEqual(await titles({ tags: ['a', 'b'] }), ['one', 'two', 'three']);
    assert.deepEqual(await titles({ grep: '^t' }), ['two', 'three']);
    assert.deepEqual(await titles({ grep: '@a', tags: ['b'] }), []);
  });

  it('passes protocol, seed and schedules on', async () => {
    const backend = aBackend();
    const projects = [projectOn('simulated', { protocol: 'hardened', seed: '9', schedules: 2 })];
    const options = { ...DEFAULT_OPTIONS, projects };
    await runFile([aCase({ coordinator: ['EBUSY'] }, { title: 'one' })], {
      options,
      open: async () => backend,
    });
    assert.deepEqual(
      backend.run.args.map(([{ protocol, seed }]) => ({ protocol, seed })),
      ['9/0', '9/1'].map((seed) => ({ protocol: 'hardened', seed })),
    );
  });

  it('a large file can be run in portions, in which all tests are as in the file', async () => {
    const cases = Array.from({ length: 200 }, (_, i) => titled(`case ${i}`));
    const whole = await runFile(cases);
    const portions = makePortions({ file, total: cases.length, folder: path.join(folder, 'portions') });
    assert.ok(portions.length > 1);
    const parts = await nestedMocha(portions);
    const places = ({ ends }: NestedRun) => ends.map(({ title, suite, file: where }) => ({ title, suite, where }));
    assert.deepEqual(places(parts), places(whole));
    const folderOfNone = path.join(folder, 'none');
    assert.deepEqual(makePortions({ file, total: 3, folder: folderOfNone }), [file], 'a small file is not cut');
  });
});
