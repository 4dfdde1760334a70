/** The protocols that the built-in engine knows, and what distinguishes them. */

/**
 * The repairs of `hardened`, by the names that the simulated backend gives them (src/backends/simulated/variants.ts) and
 * that the engine knows (agent/ctx.c, repair_names). A test holds the three together.
 */
export const REPAIRS = [
  'contextIsAwaited',
  'turnIsHandedOver',
  'turnIsAwaited',
  'syncIsAwaited',
  'oneDecision',
  'deadAreMissed',
  'livingAreCounted',
  'deadLetGo',
  'killAllMarked',
  'ghostsMayFail',
  'debugTellsEnds',
  'forkPutsBack',
  'foreignersAreRefused',
  'pidsAreRead',
  'pidsAreDistinct',
  'debugWithoutMemory',
  'checkedSum',
] as const;
export type Repair = (typeof REPAIRS)[number];

export interface Protocol {
  /** Patch 30/96 alone, without the rest of the series. */
  readonly patchOnly: boolean;
  readonly repairs: readonly Repair[];
}

const WITHOUT = 'hardened-without-';

/** The protocol of this name; undefined for one that the engine does not know. */
export function protocolByName(name: string): Protocol | undefined {
  if (name === 'patch') return { patchOnly: true, repairs: [] };
  if (name === 'series') return { patchOnly: false, repairs: [] };
  if (name === 'hardened') return { patchOnly: false, repairs: REPAIRS };
  if (!name.startsWith(WITHOUT)) return undefined;
  const missing = camel(name.slice(WITHOUT.length));
  const repairs = REPAIRS.filter((repair) => repair !== missing);
  return repairs.length < REPAIRS.length ? { patchOnly: false, repairs } : undefined;
}

function camel(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
