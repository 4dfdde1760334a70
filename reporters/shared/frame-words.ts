/** All that happened in one step, in words. Runs in a browser too. */
import { actorName, describe } from './describe.ts';
import type { Frame } from './playback.ts';

export function frameWords({ events }: Frame): string {
  return events
    .map((event) => (event.actor === 'environment' ? describe(event) : `${actorName(event.actor)} ${describe(event)}`))
    .join(', ');
}
