/** The findings of the simulated backend, by their replay files, on real processes: the same property is violated. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { simulated } from '../../../src/backends/simulated/index.ts';
import { runCase } from '../../../src/injector/index.ts';
import { parseReplay, type Replay, replayText } from '../../../src/injector/replay-file.ts';
import { ROOT } from '../../support/markdown.ts';
import { mktrouble } from '../../support/program.ts';
import { expandCase, useNative } from './support.ts';

const FOLDER = path.join(ROOT, 'docs/findings');
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.replay.yaml'));

function readReplay(file: string): Replay {
  const replay = parseReplay(readFileSync(path.join(FOLDER, file), 'utf8'), file);
  assert.ok(typeof replay !== 'string', String(replay));
  return replay;
}

describe('Counterexamples of the simulated series on real processes', () => {
  const backend = useNative();
  const properties = new Set<string>();

  for (const file of FILES) {
    it(`${file} shows again`, async () => {
      const { case: c, protocol, property, schedule } = readReplay(file);
      const verdict = await runCase(c, { backend: backend(), protocol, schedule });
      const shown = [...verdict.violations, ...verdict.known].map((violation) => violation.property);
      assert.ok(shown.includes(property), JSON.stringify([verdict.reason, shown, verdict.record?.final]));
      assert.equal(verdict.record?.backend, 'native');
      assert.equal(verdict.differential, undefined, 'the model ends alike');
      if (protocol === 'series') properties.add(property);
    });
  }

  it('and the other way: a finding on real processes shows again on the simulated kernel', async function () {
    this.timeout(30_000);
    const faults = [{ signal: 'SIGTERM' as const, to: [100, 101], when: 'any' as const }];
    const c = expandCase({ tree: { pid: 100, children: [{ pid: 101 }] }, faults, restart: { protocol: 'series' } });
    const found = await runCase(c, { backend: backend() });
    const replay = parseReplay(replayText(found)!, 'a.replay.yaml');
    assert.ok(typeof replay !== 'string', String(replay));
    const again = await runCase(replay.case, { backend: simulated(), ...replay });
    assert.ok(again.violations.some(({ property }) => property === replay.property));
  });

  it('are of five properties at least', () => {
    assert.ok(properties.size >= 5, [...properties].join(', '));
  });

  it('can be replayed from the command line', async () => {
    const { code, stdout } = await mktrouble(['replay', path.join(FOLDER, FILES[1]!), '--backend', 'native']);
    assert.equal(code, 1, stdout);
    assert.match(stdout, new RegExp(`${readReplay(FILES[1]!).property} is violated again`));
    assert.match(stdout, /native/);
  }).timeout(60_000);
});
