/** The files of a campaign, each of which may be written by others: its plan, claims, results and snapshot. */
import { readAttempt } from '../../src/campaign/attempt.ts';
import { CampaignError } from '../../src/campaign/campaign-error.ts';
import { parseClaim } from '../../src/campaign/claims.ts';
import { parsePlan, Units } from '../../src/campaign/plan.ts';
import { Results, type UnitResult } from '../../src/campaign/results.ts';
import { measureProgress, progressPage } from '../../src/campaign/status.ts';
import { findingLines } from '../../src/cli/campaign/merge.ts';
import { executedBy } from '../../src/cli/campaign/work.ts';

const UNITS = 13;
const RESULT: UnitResult = {
  unit: 3,
  duration: 1.5,
  counts: { pass: 3, fail: 1 },
  found: [
    {
      id: 'a1',
      signature: { property: 'released', place: 'restart', shape: '' },
      state: 'new',
      times: 1,
      case: 'A case',
      seed: '7',
      file: '.mktrouble/a.replay.yaml',
    },
  ],
  broken: 'a stack',
};

export function campaign(): readonly Buffer[] {
  const plan = { version: 1, files: { 'a.yaml': '00' }, firstSeed: 0, unitTime: 500 };
  const groups = [{ name: 'A case', runs: 30, cost: 2.5 }];
  const projects = [{ name: 'simulated', backend: 'simulated', seed: '1', timeout: 5 }];
  const run = { paths: ['a.yaml'], projects, allowCommands: false, tags: ['slow'], grep: 'a' };
  const fuzz = { target: 'any', seed: '0', changes: 1, allowCommands: true, criu: '/usr/sbin/criu' };
  const attempt = { number: 2, run: 1, strikes: { 0: 1 } };
  const results = new Results('p', UNITS);
  results.add(RESULT);
  return [
    { ...plan, kind: 'run', groups, work: run },
    { ...plan, kind: 'fuzz', groups, work: fuzz },
    RESULT,
    { worker: 'host-1-00', system: 'boot', pid: 1, attempt },
    attempt,
    JSON.parse(results.toSnapshot({ 'a.jsonl': 5 })),
  ].map((one) => Buffer.from(JSON.stringify(one)));
}

export function readCampaign(input: Buffer): void {
  const text = input.toString('utf8');
  readAttempt(text);
  parseClaim(text);
  const results = Results.fromSnapshot(text, 'p', UNITS)?.results ?? new Results('p', UNITS);
  results.addLine(text);
  results.next(0, () => true);
  findingLines(results);
  progressPage(measureProgress(results, 1, false));
  const plan = parsePlan(text);
  if (typeof plan === 'string') return;
  refused(() => {
    const units = new Units(plan);
    units.list(units.count - 1);
  });
  executedBy(plan).catch((error: unknown) => {
    if (!(error instanceof CampaignError)) throw error;
  });
}

/** A plan may be too large. */
function refused(body: () => void): void {
  try {
    body();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}
