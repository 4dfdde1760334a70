/** Compiled protocols for the HTML report, so that the page can continue its cases without any other file. */
import { buildText } from '../../src/backends/simulated/compile/compile.ts';
import { protocolNamed } from '../../src/protocol/stacks.ts';
import { buildKey, type PackedBuild } from '../html/play/packed-build.ts';
import type { CaseResult } from '../shared/result.ts';

/** A build takes some 35 kB of the page; a page should stay below 1.5 MB beside its records. */
const MOST_BUILDS = 8;

/** Which protocols the cases of a report ran under, and which of them matter most. */
export class Builds {
  /** By key, how much it matters: failed cases before known defects before others. */
  readonly #wanted = new Map<string, { readonly protocol: string; readonly debug: boolean; weight: number }>();

  add({ verdict }: CaseResult): void {
    const { case: c, record } = verdict ?? {};
    if (!verdict || !c || record?.backend !== 'simulated' || !protocolNamed(record.protocol)) return;
    const { debug } = c.restart;
    const key = buildKey(record.protocol, debug);
    const wanted = this.#wanted.get(key) ?? { protocol: record.protocol, debug, weight: 0 };
    wanted.weight += verdict.violations.length > 0 ? 1_000_000 : verdict.known.length > 0 ? 1_000 : 1;
    this.#wanted.set(key, wanted);
  }

  /** The builds that matter most, by key. Compiles those that this process has not yet. */
  pack(): ReadonlyMap<string, PackedBuild> {
    const first = [...this.#wanted].sort(([, a], [, b]) => b.weight - a.weight).slice(0, MOST_BUILDS);
    return new Map(
      first.map(([key, { protocol: name, debug }]) => {
        const protocol = protocolNamed(name)!;
        const text = buildText({ protocol, debug, trace: true });
        return [key, { protocol: protocol.name, patches: protocol.patches, text }];
      }),
    );
  }
}
