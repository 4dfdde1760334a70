/** Work of a user's own as a campaign: planned by its content, done by workers that are killed, by items that break. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { listChildren } from '../../src/backends/host/stopped.ts';
import { waitFor } from '../support/campaign.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { type Ended, mktrouble, PROGRAM } from '../support/program.ts';

/** Work of the items 0 to 9, which find an odd number. `run` is what an item does beside. */
const work = (run: string, more = ''): string => `import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { isOdd } from './odd.mjs';

export default {
  contract: 1,
  name: 'odd',
  ${more}
  items: () => Array.from({ length: 10 }, (_, i) => ({ name: 'item ' + i, cost: 1000 })),
  async run(name, { seed, signal, folder }) {
    const number = Number(name.slice(5));
    ${run}
    return {
      findings: isOdd(number) ? [{ property: 'is-even', place: 'the number', shape: String(number % 3) }] : [],
      value: { number, seed },
    };
  },
};
`;
const ODD = 'export const isOdd = (number) => number % 2 === 1;\n';

interface Found {
  readonly units: number;
  readonly done: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly { readonly times: number; readonly case: string }[];
  readonly broken: readonly { readonly text: string }[];
  readonly values: readonly { readonly case: string; readonly seed: string; readonly value: unknown }[];
}

describe('a campaign of work of a user', function () {
  this.timeout(240_000);
  let folder: Folder;
  before(() => {
    folder = temporaryFolder({
      'odd.mjs': ODD,
      'odd-work.mjs': work(''),
      'kills.mjs': work(`if (number === 4) process.kill(process.pid, 'SIGKILL');`),
      'throws.mjs': work(`if (number === 4) throw new Error('four');`),
      'hangs.mjs': work('if (number === 4) await new Promise(() => setInterval(() => {}, 1000));', 'limit: 300,'),
      'large.mjs': work(`if (number === 4) return { value: 'x'.repeat(20001) };\n    if (number === 7) return 7;`),
      'slow.mjs': work('await new Promise((end) => setTimeout(end, 150));'),
    });
  });
  after(() => folder.remove());

  const run = (...args: string[]): Promise<Ended> => mktrouble(args, { cwd: folder.path });
  const plan = async (module: string, at: string, ...more: string[]): Promise<string> => {
    const args = ['campaign', 'plan', '--work', module, '--unit-time', '2', '--at', at, ...more];
    const { code, stdout, stderr } = await run(...args);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const results = async (...places: string[]): Promise<Found> => {
    const named = places.length === 1 ? ['--at', places[0]!] : places;
    return JSON.parse((await run('campaign', 'results', '--json', ...named)).stdout);
  };
  const doAll = (at: string, ...more: string[]): Promise<Ended> =>
    run('campaign', 'run', '--at', at, '--allow-commands', '--parallel', '1', ...more);

  it('has a finding of each defect, a value of each item in their order, and a text that says so', async () => {
    await plan('odd-work.mjs', 'plain');
    assert.equal((await doAll('plain')).code, 1);
    const { units, done, counts, findings, values } = await results('plain');
    assert.deepEqual([units, done, counts['pass'], counts['fail']], [5, 5, 5, 5]);
    assert.deepEqual(findings.map(({ times, case: name }) => `${times} ${name}`).sort(), [
      '1 item 5',
      '2 item 1',
      '2 item 3',
    ]);
    assert.deepEqual(
      values,
      Array.from({ length: 10 }, (_, number) => ({ case: `item ${number}`, seed: '0', value: { number, seed: '0' } })),
    );
    const { stdout } = await run('campaign', 'results', '--at', 'plain');
    assert.match(stdout, /is-even, the number, 1 \(new, 2 runs\)\n {4}item 1, seed 0/);
  });

  it('selects items by name, and runs each with each seed', async () => {
    await plan('odd-work.mjs', 'seeds', '--grep', '[78]$', '--seeds', '5-6');
    await doAll('seeds');
    assert.deepEqual(
      (await results('seeds')).values.map(({ case: name, seed }) => `${name} ${seed}`),
      ['item 7 5', 'item 7 6', 'item 8 5', 'item 8 6'],
    );
    const none = await run('campaign', 'plan', '--work', 'odd-work.mjs', '--at', 'none', '--grep', 'nothing');
    assert.equal(none.code, 2, none.stderr);
  });

  it('is named by its content: the same plan again changes nothing, one of changed files is another', async () => {
    const other = temporaryFolder({ 'odd.mjs': ODD, 'odd-work.mjs': work('') });
    try {
      const inOther = (...args: string[]) => mktrouble([...args, '--at', 'c'], { cwd: other.path });
      const again = ['campaign', 'plan', '--work', './odd-work.mjs', '--unit-time', '2'];
      await inOther(...again);
      await inOther('campaign', 'run', '--allow-commands', '--parallel', '1');
      const first = (await inOther('campaign', 'results', '--json')).stdout;
      assert.equal((await inOther(...again)).code, 0);
      assert.equal((await inOther('campaign', 'run', '--allow-commands', '--parallel', '2')).code, 1);
      assert.equal((await inOther('campaign', 'results', '--json')).stdout, first);
      // The same content in another folder has the same name.
      assert.equal(JSON.parse(first).plan, ((await results('plain')) as unknown as { plan: string }).plan);
      // The module imports it.
      other.write('odd.mjs', `${ODD}// changed\n`);
      const refused = await inOther('worker', '--allow-commands');
      assert.equal(refused.code, 2);
      assert.match(refused.stderr, /odd\.mjs/);
      assert.equal((await inOther(...again)).code, 2);
    } finally {
      other.remove();
    }
  });

  it('is merged from parts that share no disk, and a part twice changes nothing', async () => {
    for (const part of ['1', '2']) {
      await plan('odd-work.mjs', `parts/${part}`);
      const { code, stderr } = await run('worker', '--allow-commands', '--at', `parts/${part}`, '--shard', `${part}/2`);
      assert.equal(code, 0, stderr);
    }
    assert.equal((await results('parts/1')).done, 3);
    const merged = await results('parts/1', 'parts/2', 'parts/1');
    assert.deepEqual(merged, await results('plain'));
  });

  it('loses one item to an item that ends its worker, that throws, or that takes longer than the limit', async () => {
    for (const [module, said] of Object.entries({ kills: /two workers ended/, throws: /four/, hangs: /0\.3 s/ })) {
      await plan(`${module}.mjs`, module);
      assert.equal((await doAll(module)).code, 3);
      const { counts, broken, values } = await results(module);
      assert.deepEqual([counts['pass'], counts['fail'], counts['error']], [4, 5, 1], module);
      assert.match(broken[0]!.text, said);
      assert.match(broken[0]!.text, /^item 4, seed 0/);
      assert.equal(values.length, 9);
    }
  });

  it('takes what is no outcome, or a value that is too large, for an error', async () => {
    await plan('large.mjs', 'large');
    assert.equal((await doAll('large')).code, 3);
    const { broken } = await results('large');
    assert.deepEqual(
      broken.map(({ text }) => text.split(',')[0]),
      ['item 4', 'item 7'],
    );
  });

  it('ends with the same results when its workers are killed', async () => {
    await plan('slow.mjs', 'slow');
    await plan('slow.mjs', 'killed');
    await doAll('slow');
    const args = [...PROGRAM, 'campaign', 'run', '--at', 'killed', '--allow-commands', '--parallel', '2'];
    const submitter = spawn(process.execPath, args, { cwd: folder.path, stdio: 'ignore' });
    const ended = new Promise((resolve) => submitter.on('close', resolve));
    const logged = (): boolean => existsSync(path.join(folder.path, 'killed/claims/0'));
    await waitFor(logged);
    for (const pid of listChildren(submitter.pid!)) process.kill(pid, 'SIGKILL');
    assert.equal(await ended, 1);
    assert.deepEqual(await results('killed'), await results('slow'));
  });

  it('executes a module on request only, and its job files have that', async () => {
    folder.write('executed.mjs', work('', `[(() => writeFileSync('executed', ''))()]: 0,`));
    for (const scheduler of ['slurm', 'kubernetes', 'github'])
      assert.match(await plan('odd-work.mjs', `as-${scheduler}`, '--as', scheduler), /--allow-commands/);
    await plan('odd-work.mjs', 'planted');
    const file = path.join(folder.path, 'planted/plan.json');
    const planned = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...planned, work: { module: 'executed.mjs' } }));
    for (const command of [['worker'], ['campaign', 'run', '--parallel', '1']]) {
      const { code, stderr } = await run(...command, '--at', 'planted');
      assert.equal(code, 2);
      assert.match(stderr, /--allow-commands/);
    }
    assert.equal(existsSync(path.join(folder.path, 'executed')), false);
  });

  it('is refused where its module is none, in any part', async () => {
    const wrong = {
      'no-contract.mjs': `export default { name: 'a', items: () => [], run() {} };`,
      'no-items.mjs': `export default { contract: 1, name: 'a', run() {} };`,
      'empty.mjs': `export default { contract: 1, name: 'a', items: () => [], run() {} };`,
      'twice.mjs': `export default { contract: 1, name: 'a', items: () => [{ name: 'x' }, { name: 'x' }], run() {} };`,
      'lists.mjs': `export default { contract: 1, name: 'a', items: () => { throw new Error('no list'); }, run() {} };`,
      'limit.mjs': `export default { contract: 1, name: 'a', limit: -1, items: () => [{ name: 'x' }], run() {} };`,
      'file.mjs': `export default { contract: 1, name: 'a', files: ['none'], items: () => [{ name: 'x' }], run() {} };`,
    };
    for (const [name, text] of Object.entries(wrong)) {
      folder.write(name, text);
      const { code, stderr } = await run('campaign', 'plan', '--work', name, '--at', `wrong/${name}`);
      assert.equal(code, 2, `${name}: ${stderr}`);
      assert.equal(existsSync(path.join(folder.path, 'wrong', name)), false);
    }
    for (const args of [['a.yaml'], ['--fuzz', '3'], ['--sweep']]) {
      const { code } = await run('campaign', 'plan', '--work', 'odd-work.mjs', '--at', 'wrong/both', ...args);
      assert.equal(code, 2);
    }
  });
});
