/** The survey as work of a campaign: an item explores a case of a matrix in full. `three: star, signal` is one. */
import path from 'node:path';
import { defineWork } from '../../src/cli/campaign/own.ts';
import type { Case } from '../../src/model/case.ts';
import { Child } from '../ask-child.ts';
import { PATCH_FILES } from '../protocol-files.ts';
import { MATRICES } from './matrix.ts';

/** What is kept of a case. */
export interface Done {
  readonly scenario: string;
  readonly states: number;
  readonly complete: boolean;
  readonly violations: readonly string[];
  /** Seconds. */
  readonly took: number;
}

const child = new Child<Case, Done>(path.join(import.meta.dirname, 'explore-case.ts'));
const cases = new Map<string, Case>(
  Object.entries(MATRICES).flatMap(([name, make]) => make().map((c) => [`${name}: ${c.scenario}`, c] as const)),
);

export default defineWork({
  contract: 1,
  name: 'survey',
  files: [...PATCH_FILES, path.join(import.meta.dirname, 'explore-case.ts')],
  limit: 3_600_000,
  items: () => [...cases.keys()].map((name) => ({ name, cost: 500 })),
  run: async (name) => {
    const value = await child.ask(cases.get(name)!);
    const { complete, violations } = value;
    return {
      status: violations.length > 0 ? 'fail' : complete ? 'pass' : 'incomplete',
      findings: violations.map((violation) => ({ property: violation.split(':')[0]!, place: name })),
      value,
    };
  },
  dispose: () => child.stop(),
});
