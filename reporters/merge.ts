/** Passes reports of earlier runs to any of the reporters that ship; for commands that run no Mocha. */
import { REPORTERS, type ReporterSpec } from './registry.ts';
import type { ListenerFactory } from './shared/listener.ts';
import type { Merged } from './shared/merge.ts';
import { fileOutput, type Output, terminalOutput } from './shared/output.ts';
import { resultFrom } from './shared/read-report.ts';
import { Tally } from './shared/summary.ts';

/** Writes merged reports by each of these reporters: those that ship, and those that `own` finds. */
export function report(
  { cases, environments, duration, interrupted, coverage }: Merged,
  reporters: readonly ReporterSpec[],
  own: (name: string) => ListenerFactory | undefined = () => undefined,
): void {
  for (const { name, output, options = {} } of reporters) {
    const out: Output = output === undefined ? terminalOutput(process.stdout, process.env) : fileOutput(output);
    const listener = (own(name) ?? REPORTERS[name]!)({ out, options, total: cases.length });
    const tally = new Tally(0);
    for (const one of cases) {
      const result = resultFrom(one, environments);
      tally.add(result);
      listener.result(result);
    }
    if (coverage) listener.coverage?.(coverage);
    listener.end(tally.summary(interrupted, duration));
    out.close();
  }
}

export { diffReports, isWorse } from './shared/diff.ts';
export { diffLines, diffMarkdown } from './shared/diff-text.ts';
export { mergeReports } from './shared/merge.ts';
export { type JsonReport, MAX_REPORT_BYTES, parseReport } from './shared/read-report.ts';
export { whyNotWhole } from './shared/shard.ts';
