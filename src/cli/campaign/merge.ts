/** The results of one campaign, from one place or from several that share no disk. */
import { count } from '../../../reporters/words/numbers.ts';
import { mergeFolders } from '../../campaign/folder.ts';
import { openPlace } from '../../campaign/place.ts';
import type { Results } from '../../campaign/results.ts';
import { measureProgress, progressLine } from '../../campaign/status.ts';

/** Merges by unit: what several have done counts once. Throws CampaignError for parts of different campaigns. */
export async function mergePlaces(places: readonly string[]): Promise<Results> {
  if (places.length > 1) return mergeFolders(places);
  const place = await openPlace(places[0]!);
  try {
    return await place.readResults();
  } finally {
    await place.close();
  }
}

/** All of it, for programs. */
export function resultsJson(results: Results): string {
  const { plan, units, done, runs, counts, findings, broken } = results;
  const values = results.values.map(({ json, ...one }) => ({ ...one, value: JSON.parse(json) }));
  return `${JSON.stringify({ version: 1, plan, units, done, runs, counts, findings, broken, values }, undefined, 2)}\n`;
}

/** The progress, then each finding: its id, what it violates, how often, and its first run. */
export function findingLines(results: Results): string {
  const lines = results.findings.map(({ id, signature, state, times, case: name, seed, file }) => {
    const { property, place, shape } = signature;
    const what = [property, place, shape].filter((part) => part !== '').join(', ');
    const replay = file === undefined ? '' : `\n    ${file}`;
    return `${id}  ${what} (${state}, ${count(times, 'run')})\n    ${name}, seed ${seed}${replay}`;
  });
  const broken = results.broken.map(({ text }) => `error: ${text}`);
  return `${[progressLine(measureProgress(results, 0, false)), ...lines, ...broken].join('\n')}\n`;
}
