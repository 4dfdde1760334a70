/** Compiled protocols in a report: what the reporter packs, and how the page makes functions of it. */
import { type BuildText, link, type MakeFunction } from '../../../src/backends/simulated/compile/link.ts';
import { SimulatedMachine } from '../../../src/backends/simulated/machine.ts';
import type { Case } from '../../../src/model/case.ts';

/** A compiled protocol as a report holds it. */
export interface PackedBuild {
  readonly protocol: string;
  /** The patches of its stack, from the bottom. */
  readonly patches: readonly string[];
  readonly text: BuildText;
}

/** The key of a build in the index of a report: builds with and without the debug facility differ. */
export function buildKey(protocol: string, debug: boolean): string {
  return debug ? `${protocol} with debug` : protocol;
}

/** Opens the machine of a case on the build that was packed for it. */
export function openPacked(c: Case, { protocol, patches, text }: PackedBuild, make?: MakeFunction): SimulatedMachine {
  const facts = { name: protocol, has: (patch: string) => patches.includes(patch) };
  return new SimulatedMachine(c, facts, link(text, make), { trace: true });
}

/**
 * A function of its text, by a script element: the page's policy allows those that stand in it, and forbids `new Function`.
 * Only texts that our own compiler wrote come here.
 */
export const makeByScript: MakeFunction = (parameters, body) => {
  const place = '__mktroubleBuild';
  const script = document.createElement('script');
  script.textContent = `window.${place} = function (${parameters.join(', ')}) {\n${body}\n};`;
  document.head.append(script);
  script.remove();
  const holder = window as unknown as Record<string, ReturnType<MakeFunction>>;
  const made = holder[place];
  delete holder[place];
  if (!made) throw new Error('the compiled protocol of this report cannot be loaded');
  return made;
};
