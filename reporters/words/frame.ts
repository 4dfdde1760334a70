/** All that happened in one step, in words. Runs in a browser too. */

import type { Frame } from '../shared/playback.ts';
import { actorName, describe } from './events.ts';

export function frameWords({ events }: Frame): string {
  return events
    .map((event) => (event.actor === 'environment' ? describe(event) : `${actorName(event.actor)} ${describe(event)}`))
    .join(', ');
}
