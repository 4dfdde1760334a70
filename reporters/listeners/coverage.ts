/** What of the protocol the cases have reached: by protocol and function, for the whole run and for each suite, and what is missing. */
import type { ProtocolCoverage } from '../../src/record/verdict.ts';
import type { Listener, Setting } from '../shared/mocha-reporter.ts';
import type { CaseResult } from '../shared/result.ts';
import { pad } from '../shared/text.ts';

/** Reached or not, by name; names in the program's order. */
type Reached = Map<string, boolean>;

interface Sum {
  readonly points: Reached;
  readonly steps: Reached;
  readonly branches: Reached;
}

export class Coverage implements Listener {
  readonly #setting: Setting;
  /** By protocol. */
  readonly #protocols = new Map<string, Sum>();
  /** By suite and protocol. */
  readonly #suites = new Map<string, Sum>();

  constructor(setting: Setting) {
    this.#setting = setting;
  }

  result({ verdict, path }: CaseResult): void {
    if (!verdict?.coverage) return;
    add(sumOf(this.#protocols, verdict.protocol), verdict.coverage);
    add(sumOf(this.#suites, `${path.join(' ')} (${verdict.protocol})`), verdict.coverage);
  }

  end(): void {
    const { out } = this.#setting;
    if (this.#protocols.size === 0) {
      out.write('No coverage: no case ran on a backend that can say what of the protocol it reached.\n');
      return;
    }
    for (const [protocol, sum] of this.#protocols) out.write(`${protocolLines(protocol, sum).join('\n')}\n\n`);
    out.write('By suite\n');
    const widest = Math.max(...[...this.#suites.keys()].map((name) => name.length));
    for (const [name, sum] of this.#suites) out.write(`  ${pad(name, widest)}  ${shares(sum)}\n`);
  }
}

function sumOf(sums: Map<string, Sum>, name: string): Sum {
  const sum = sums.get(name) ?? { points: new Map(), steps: new Map(), branches: new Map() };
  sums.set(name, sum);
  return sum;
}

function add({ points, steps, branches }: Sum, coverage: ProtocolCoverage): void {
  const mark = (names: Reached, name: string, reached: boolean): void => {
    names.set(name, reached || (names.get(name) ?? false));
  };
  for (const { name, reached } of coverage.points) mark(points, name, reached);
  for (const { name, reached } of coverage.steps) mark(steps, name, reached);
  for (const { from, to, reached } of coverage.branches) mark(branches, `${from} -> ${to}`, reached);
}

function share(names: Reached): string {
  const reached = [...names.values()].filter(Boolean).length;
  return `${reached}/${names.size} (${names.size === 0 ? 100 : Math.floor((100 * reached) / names.size)} %)`;
}

function shares({ points, steps, branches }: Sum): string {
  return `points ${share(points)}, steps ${share(steps)}, branches ${share(branches)}`;
}

/** A line for each function of the protocol, and what of it nobody reached. */
function protocolLines(protocol: string, sum: Sum): string[] {
  const functions = new Map<string, Reached>();
  for (const [name, reached] of sum.steps) {
    const of = name.slice(0, name.indexOf(':'));
    const steps = functions.get(of) ?? new Map();
    functions.set(of, steps.set(name, reached));
  }
  const lines = [`Coverage of ${protocol}: ${shares(sum)}`];
  for (const [name, steps] of functions) {
    lines.push(`  ${pad(name, 26)} ${share(steps)}`);
    for (const [step, reached] of steps) if (!reached) lines.push(`      not reached: ${step.slice(name.length + 2)}`);
  }
  const points = [...sum.points].filter(([, reached]) => !reached).map(([name]) => name);
  if (points.length > 0) lines.push(`  points not reached: ${points.join(', ')}`);
  const missing = [...sum.branches].filter(([, reached]) => !reached).map(([name]) => name);
  if (missing.length > 0) lines.push('  branches not taken', ...missing.map((name) => `      ${name}`));
  return lines;
}
