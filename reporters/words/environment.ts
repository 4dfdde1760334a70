/** The environments in which verdicts were made, in words, and the list of them in a report. Runs in a browser too. */
import type { Environment, Tool } from '../../src/record/environment.ts';

/** `mktrouble 0.1.0, Node 20.19.2, Linux 6.8.0 x86_64, root`. */
export function hostWords({ mktrouble, node, kernel, user }: Environment): string {
  return `mktrouble ${mktrouble}, Node ${node}, ${kernel}, ${user}`;
}

/** The programs that the backend runs: the first is the one that it is named after. */
export function listTools({ tool, otherTools = [] }: Environment): readonly Tool[] {
  return tool ? [tool, ...otherTools] : [];
}

/** `CRIU 4.1.1 (/usr/sbin/criu)`; undefined for a backend that runs no other program. */
export function toolWords(environment: Environment): string | undefined {
  const words = listTools(environment).map(({ name, version, path }) => `${`${name} ${version}`.trim()} (${path})`);
  return words.length > 0 ? words.join(', ') : undefined;
}

/** A capability of the backend: `criu limits of processes: yes, a cgroup below /sys/fs/cgroup`. */
export function capabilityLines({ capabilities }: Environment): string[] {
  return capabilities.map(({ name, available, detail }) => `${name}: ${available ? 'yes' : 'no'}, ${detail}`);
}

/** A line for each host, and one for each backend that runs another program or cannot do something. */
export function environmentLines(environments: readonly Environment[]): string[] {
  const hosts = environments.map(hostWords);
  const backends = environments.flatMap((environment) => {
    const missing = environment.capabilities.filter(({ available }) => !available);
    const words = [
      ...(environment.tool ? [toolWords(environment)!] : []),
      ...missing.map(({ name, detail }) => `no ${name}: ${detail}`),
    ];
    return words.length > 0 ? [`${environment.backend}: ${words.join('; ')}`] : [];
  });
  return [...new Set([...hosts, ...backends])];
}

/** The environments of a report, each once. */
export class Environments {
  readonly #list: Environment[] = [];
  readonly #index = new Map<string, number>();
  readonly #seen = new WeakMap<Environment, number>();

  /** The number of an environment in the list, from 0; null where a result has none. */
  add(environment: Environment | undefined): number | null {
    if (!environment) return null;
    const before = this.#seen.get(environment);
    if (before !== undefined) return before;
    const key = JSON.stringify(environment);
    let index = this.#index.get(key);
    if (index === undefined) {
      index = this.#list.push(environment) - 1;
      this.#index.set(key, index);
    }
    this.#seen.set(environment, index);
    return index;
  }

  list(): readonly Environment[] {
    return this.#list;
  }
}

/** What differs between the environments of two reports, for each backend that both have: `kernel of criu: Linux 5.10 x86_64, then Linux 6.8 x86_64`. */
export function environmentChanges(before: readonly Environment[], after: readonly Environment[]): string[] {
  const backends = [...new Set(after.map(({ backend }) => backend))];
  const lines = backends.flatMap((backend) => {
    const [was, is] = [before, after].map((list) => list.filter((one) => one.backend === backend));
    if (was!.length === 0) return [];
    return FACTS.flatMap(([fact, words]) => {
      const [old, recent] = [was, is].map((list) => [...new Set(list!.map(words))].join(' and '));
      return old === recent ? [] : [{ backend, line: `${fact}: ${old}, then ${recent}` }];
    });
  });
  // The facts of the host are the same for each backend.
  const common = new Map<string, string[]>();
  for (const { backend, line } of lines) common.set(line, [...(common.get(line) ?? []), backend]);
  return [...common].map(([line, of]) => (of.length === backends.length ? line : `${line} (${of.join(', ')})`));
}

const FACTS: readonly (readonly [string, (environment: Environment) => string])[] = [
  ['mktrouble', ({ mktrouble }) => mktrouble],
  ['Node', ({ node }) => node],
  ['kernel', ({ kernel }) => kernel],
  ['user', ({ user }) => user],
  ['program', (environment) => toolWords(environment) ?? 'none'],
  [
    'missing',
    ({ capabilities }) =>
      capabilities
        .filter(({ available }) => !available)
        .map(({ name }) => name)
        .join(', ') || 'nothing',
  ],
];
