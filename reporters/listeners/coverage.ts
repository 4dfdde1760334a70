/** Coverage of the protocol: by protocol and function, for the whole run and for each suite, with the steps that were not reached. */
import { byFunction, type CoverageReport, type CoverageSum, CoverageTally, share } from '../shared/coverage.ts';
import type { Listener, Setting } from '../shared/listener.ts';
import type { CaseResult } from '../shared/result.ts';
import { pad } from '../shared/text.ts';

export class Coverage implements Listener {
  readonly #setting: Setting;
  readonly #protocols = new CoverageTally();
  /** By suite and protocol. */
  readonly #suites = new CoverageTally();

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  result({ verdict, path }: CaseResult): void {
    if (!verdict?.coverage) return;
    this.#protocols.add(verdict.protocol, verdict.coverage);
    this.#suites.add(`${path.join(' ')} (${verdict.protocol})`, verdict.coverage);
  }

  coverage(report: CoverageReport): void {
    this.#protocols.merge(report);
  }

  end(): void {
    const { out } = this.#setting;
    const protocols = this.#protocols.report();
    if (!protocols) {
      out.write('No coverage: no case ran on a backend that records which parts of the protocol it reached.\n');
      return;
    }
    for (const [protocol, sum] of Object.entries(protocols))
      out.write(`${protocolLines(protocol, sum).join('\n')}\n\n`);
    const suites = Object.entries(this.#suites.report() ?? {});
    if (suites.length === 0) return;
    out.write('By suite\n');
    const widest = Math.max(...suites.map(([name]) => name.length));
    for (const [name, sum] of suites) out.write(`  ${pad(name, widest)}  ${shares(sum)}\n`);
  }
}

function shares({ points, steps, branches }: CoverageSum): string {
  return `points ${share(points)}, steps ${share(steps)}, branches ${share(branches)}`;
}

/** A line for each function of the protocol, with its unreached steps. */
function protocolLines(protocol: string, sum: CoverageSum): string[] {
  const lines = [`Coverage of ${protocol}: ${shares(sum)}`];
  for (const [name, steps] of byFunction(sum.steps)) {
    const reached = Object.fromEntries(steps.map(({ step, cases }) => [step, cases]));
    lines.push(`  ${pad(name, 26)} ${share(reached)}`);
    for (const { step, cases } of steps) if (cases === 0) lines.push(`      not reached: ${step}`);
  }
  const missing = (names: CoverageSum['points']): string[] => Object.keys(names).filter((name) => names[name] === 0);
  const points = missing(sum.points);
  if (points.length > 0) lines.push(`  points not reached: ${points.join(', ')}`);
  const branches = missing(sum.branches);
  if (branches.length > 0) lines.push('  branches not taken', ...branches.map((name) => `      ${name}`));
  return lines;
}
