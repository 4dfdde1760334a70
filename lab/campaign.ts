/** Work of this folder as a campaign: interrupted, it goes on where it was, and what was done by the same files is not done again. */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openPlace } from '../src/campaign/place.ts';
import { hashPlan } from '../src/campaign/plan.ts';
import type { Results } from '../src/campaign/results.ts';
import { mergePlaces } from '../src/cli/campaign/merge.ts';
import { planModule } from '../src/cli/campaign/module-work.ts';
import { ROOT } from '../test/scenarios/support.ts';

const PROGRAM = path.join(ROOT, 'src/cli/bin.ts');
/** Milliseconds of a unit. */
const UNIT_TIME = 60_000;

export interface CampaignRequest {
  /** Only items whose names match. */
  readonly grep?: string;
  readonly workers: number;
  /** What was done before is done again. */
  readonly again?: boolean;
}

/** `--grep <pattern>`, `--workers <n>`, `--again`, of the command line. */
export function readFlags(): CampaignRequest & { readonly grep: string } {
  const { values } = parseArgs({
    options: {
      grep: { type: 'string', default: '' },
      workers: { type: 'string', default: '1' },
      again: { type: 'boolean', default: false },
    },
  });
  return { ...values, workers: Number(values.workers) };
}

/** Does the items of a module, from this repository; what they gave. Exits when the campaign is interrupted, or an item is an error. */
export async function runWork(module: string, { grep, workers, again = false }: CampaignRequest): Promise<Results> {
  process.chdir(ROOT);
  const plan = await planModule(module, { from: 0, count: 1 }, UNIT_TIME, grep);
  // Named by its content: files that have changed make another campaign.
  const at = path.join('.mktrouble/lab', hashPlan(plan));
  if (again) rmSync(at, { recursive: true, force: true });
  const place = await openPlace(at);
  await place.create(plan);
  await place.close();
  const args = ['campaign', 'run', '--at', at, '--parallel', String(workers), '--allow-commands'];
  spawnSync(process.execPath, ['--import', 'tsx', PROGRAM, ...args], { stdio: 'inherit' });
  const results = await mergePlaces([at]);
  if (results.done < results.units || results.counts.error > 0) {
    for (const { text } of results.broken) console.error(text);
    process.exit(2);
  }
  return results;
}

/** What the items gave, in their order. */
export function readValues<T>({ values }: Results): T[] {
  return values.map(({ json }) => JSON.parse(json) as T);
}
