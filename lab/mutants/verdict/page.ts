/** The page of the rules' mutants: how many of each rule a test has noticed, and those that none can, with the reason. */

import { ruleMutants } from './mutants.ts';
import { RULES } from './rules.ts';
import { EQUIVALENT_RULES } from './survivors.ts';

/** What became of a mutant. */
export interface Fate {
  readonly mutant: string;
  readonly rule: number;
  /** The test that noticed it; undefined when it survived. */
  readonly by?: string | undefined;
}

/** Why no test can kill a mutant; undefined when one should. */
export function findReason(mutant: string): string | undefined {
  return EQUIVALENT_RULES.find(({ mutants }) => mutants.some((pattern) => pattern.test(mutant)))?.reason;
}

/** docs/verdict-mutants.md */
export function page(fates: readonly Fate[]): string {
  const all = [...ruleMutants()];
  const rows = RULES.map(({ number, title, sources, changes = [], tests }) => {
    const ours = fates.filter(({ rule }) => rule === number);
    const killed = ours.filter(({ by }) => by !== undefined).length;
    const equivalent = ours.filter(({ by, mutant }) => by === undefined && findReason(mutant) !== undefined).length;
    const files = new Set([...sources, ...changes].map(({ file }) => `\`${file}\``));
    const cells = [
      number,
      title,
      killed,
      equivalent,
      ours.length - killed - equivalent,
      all.filter(({ rule }) => rule.number === number).length - ours.length,
      [...files].join(', '),
      tests.map((test) => `\`${test}\``).join(', '),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const open = fates.filter(({ by, mutant }) => by === undefined && findReason(mutant) === undefined);
  const equivalents = EQUIVALENT_RULES.map(({ reason, mutants }) => {
    const names = fates.filter(({ mutant, by }) => by === undefined && mutants.some((pattern) => pattern.test(mutant)));
    return `- ${reason}\n${names.map(({ mutant }) => `  - \`${mutant.replaceAll('`', "'")}\``).join('\n')}`;
  });
  return `# Mutants of the verdict's rules

What makes a pass mean that something was tested stands in a few lines of source. Each decision of these lines is changed, one
at a time: a check is left out, a condition asks for the contrary, one side of \`a && b\` counts, a call is not made; in the C
of the agent a namespace, a mount or a signal is left out. The tests of the rule must turn red. Made by
\`npm run mutants:verdict\`; \`npm test\` and \`npm run test:e2e\` try a few of them.

| rule | what it says | killed | equivalent | survive | not tried yet | source | tests |
| ---: | --- | ---: | ---: | ---: | ---: | --- | --- |
${rows.join('\n')}

## Survivors

${open.length === 0 ? 'None.' : open.map(({ mutant }) => `- \`${mutant.replaceAll('`', "'")}\``).join('\n')}

## Equivalent mutants

${equivalents.join('\n')}
`;
}
