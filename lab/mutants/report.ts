/** The page of the mutants: what was changed, what the suite told, and what nobody can tell, with the reason. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../test/scenarios/support.ts';
import { EQUIVALENT } from './equivalent.ts';
import { OPERATORS, type Operator } from './operators.ts';

/** What became of a mutant. */
export interface Fate {
  readonly mutant: string;
  readonly file: string;
  readonly operator: Operator;
  /** `same`: it compiles to what was there before, or to nothing. */
  readonly answer: 'same' | 'killed' | 'survived';
  /** The case that told it, and the properties by which. */
  readonly case?: string;
  readonly by?: string;
}

/** What a mutant did where it was explored: how many cases ended as they did before, and what told it, if anything. */
export interface Explored {
  readonly mutant: string;
  readonly same: number;
  readonly difference?: string;
}

/** A line for each mutant that was judged, and for each that was explored. */
export const FATES = path.join(ROOT, '.mktrouble/mutants.jsonl');
export const EXPLORED = path.join(ROOT, '.mktrouble/mutants-explored.jsonl');

/** What became of the mutants that were judged, by their names. */
export function fatesSoFar(): Map<string, Fate> {
  return new Map(linesOf<Fate>(FATES).map((fate) => [fate.mutant, fate]));
}

function linesOf<T>(file: string): T[] {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
  return lines.map((line) => JSON.parse(line) as T);
}

/** Why nobody can tell a mutant from the protocol; undefined when somebody should. */
export function reasonOf(mutant: string): string | undefined {
  return EQUIVALENT.find(({ mutants }) => mutants.some((pattern) => pattern.test(mutant)))?.reason;
}

/** The survivors that are not listed as equivalent. */
export function unexplained(fates: readonly Fate[]): Fate[] {
  return fates.filter(({ answer, mutant }) => answer === 'survived' && reasonOf(mutant) === undefined);
}

/** docs/mutants.md */
export function page(fates: readonly Fate[]): string {
  const killed = fates.filter(({ answer }) => answer === 'killed');
  const survived = fates.filter(({ answer }) => answer === 'survived');
  const open = unexplained(fates);
  const equivalent = survived.filter((fate) => !open.includes(fate));
  const made = killed.length + open.length;
  return `# Mutants of the protocol

The source of the simulated restart (\`src/backends/simulated/restart/\`), changed systematically, one change at a time; each
mutant is run against the shipped suite, which must turn red. Made by \`npm run mutants\`.

**Score: ${killed.length} of ${made} (${((killed.length / Math.max(made, 1)) * 100).toFixed(1)} %)** of the mutants that are not
equivalent; ${equivalent.length} are equivalent, for the reasons below.${exploredText(equivalent)}

| operator | what it does | killed | equivalent | survive |
| --- | --- | ---: | ---: | ---: |
${(Object.keys(OPERATORS) as Operator[]).map((operator) => row(operator, fates)).join('\n')}

## By what they were told

| property | mutants |
| --- | ---: |
${byProperty(killed)
  .map(([property, count]) => `| ${property} | ${count} |`)
  .join('\n')}

## Equivalent mutants

${EQUIVALENT.map(({ reason }) => `${reason}\n\n${list(survived.filter(({ mutant }) => reasonOf(mutant) === reason))}`).join('\n\n')}
${open.length > 0 ? `\n## Survivors\n\n${list(open)}\n` : ''}`;
}

/** How far somebody looked whether they are. */
function exploredText(equivalent: readonly Fate[]): string {
  const names = new Set(equivalent.map(({ mutant }) => mutant));
  const explored = linesOf<Explored>(EXPLORED).filter(({ mutant, difference }) => names.has(mutant) && !difference);
  if (new Set(explored.map(({ mutant }) => mutant)).size < names.size) return '';
  const cases = explored.reduce((sum, { same }) => sum + same, 0);
  return ` Reasons are what somebody thought, so
each of these was also explored (\`npm run mutants:explore\`) on those trees, images, calls and faults of [the
survey](hardened.md) that are small enough, under each protocol: ${cases.toLocaleString('en')} searches, in which nothing that a
scenario can say of the ends, and no violated property, is other than without the change.`;
}

function list(fates: readonly Fate[]): string {
  return fates.map(({ mutant }) => `- \`${mutant}\``).join('\n');
}

function row(operator: Operator, fates: readonly Fate[]): string {
  const of = fates.filter((fate) => fate.operator === operator);
  const count = (answer: Fate['answer']): number => of.filter((fate) => fate.answer === answer).length;
  const open = unexplained(of).length;
  return `| ${operator} | ${OPERATORS[operator].replaceAll('|', '\\|')} | ${count('killed')} | ${count('survived') - open} | ${open} |`;
}

function byProperty(killed: readonly Fate[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { by = '' } of killed) {
    for (const one of by.split(', ')) {
      const name = one.startsWith('error:') ? 'a defect of the model shows' : one;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  return [...counts].sort((a, b) => b[1] - a[1]);
}
