/** Scenario files broken in many ways: each loads, or is refused at a place; in time; and nothing is ever thrown. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions of the matrix
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { parseBytes } from '../../src/scenario/load.ts';
import { keyWords, VALUE_WORDS } from '../../src/scenario/schema/words.ts';
import { scenario } from './arbitrary.ts';

const RUNS = 20_000;
/** Milliseconds. */
const BUDGET = 1000;

const folder = new URL('examples/', import.meta.url);
const SOURCES = [
  ...readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8')),
  ...fc.sample(scenario, { numRuns: 40, seed: 4 }).map((document) => stringify(document, { collectionStyle: 'any' })),
].filter((text) => text.length < 600);

const WORDS = [
  ...new Set([...keyWords().map(({ word }) => word), ...VALUE_WORDS.flatMap(({ words }) => Object.keys(words))]),
];
const ODD = [
  '',
  '~',
  '-1',
  '0',
  '1e999',
  '.nan',
  '0x7fffffff',
  '99999999999999999999',
  'true',
  '[]',
  '{}',
  '[[]]',
  '"',
  "'",
  '|',
  '>',
  '?',
  ':',
  '-',
  '#',
  '%',
  '@',
  '`',
  '&a',
  '*a',
  '&a [*a]',
  '!!str',
  '!!binary aGk=',
  '!x',
  '<<: *a',
  '__proto__',
  'constructor',
  '${{ matrix.target }}',
  '"${{ matrix.bogus }}"',
  '${{',
  '}}',
  '\t',
  '\0',
  '\u001b[31m',
  '\u2028',
  '日本',
  '\ud83d\ude00',
  '---',
  '...',
  '%YAML 1.1',
  'x'.repeat(3000),
  '[['.repeat(40),
  `${'['.repeat(250)}`,
  '{a: '.repeat(90),
  ...WORDS,
];

/** What a mutation may choose by: three numbers below 2^30. */
type Dice = readonly [number, number, number];
type Mutation = (text: string, dice: Dice) => string;

const lines =
  (change: (rows: string[], dice: Dice) => string[]): Mutation =>
  (text, dice) =>
    change(text.split('\n'), dice).join('\n');
const at = <T>(list: readonly T[], dice: number): T => list[dice % list.length]!;

/** Replaces one word of a text. */
const word =
  (change: (found: string, dice: Dice) => string): Mutation =>
  (text, dice) => {
    const found = [...text.matchAll(/[\w.-]+/g)];
    if (found.length === 0) return text;
    const { 0: one, index } = at(found, dice[0]);
    return text.slice(0, index) + change(one, dice) + text.slice(index + one.length);
  };

const MUTATIONS: Record<string, Mutation> = {
  'a line dropped': lines((rows, [a]) => rows.filter((_, i) => i !== a % rows.length)),
  'a line twice': lines((rows, [a]) => rows.flatMap((row, i) => (i === a % rows.length ? [row, row] : [row]))),
  'two lines swapped': lines((rows, [a, b]) =>
    rows.map((row, i) => (i === a % rows.length ? at(rows, b) : i === b % rows.length ? at(rows, a) : row)),
  ),
  'a line moved in or out': lines((rows, [a, b]) =>
    rows.map((row, i) => (i !== a % rows.length ? row : b % 2 ? `  ${row}` : row.replace(/^ {1,2}/, ''))),
  ),
  'a letter dropped': word((one, [, b]) => one.slice(0, b % one.length) + one.slice((b % one.length) + 1)),
  'a letter twice': word((one, [, b]) => one.slice(0, b % one.length) + at([...one], b) + one.slice(b % one.length)),
  'two letters swapped': word(
    (one, [, b]) =>
      one.slice(0, b % one.length) +
      [...one.slice(b % one.length, (b % one.length) + 2)].reverse().join('') +
      one.slice((b % one.length) + 2),
  ),
  'another word': word((_, [, b]) => at(WORDS, b)),
  'something odd': word((_, [, b]) => at(ODD, b)),
  'a number moved': word((one, [, b]) => (/^\d+$/.test(one) ? String(Number(one) + (b % 7) - 3) : one)),
  'a list in its place': word((one, [, b]) => `${'['.repeat((b % 5) + 1)}${one}${']'.repeat((b % 5) + 1)}`),
  'a mapping in its place': word((one, [, b, c]) => `{ ${at(WORDS, b)}: ${c % 2 ? one : at(WORDS, c)} }`),
  'something odd put in': (text, [a, b]) =>
    text.slice(0, a % (text.length + 1)) + at(ODD, b) + text.slice(a % (text.length + 1)),
  'the end cut off': (text, [a]) => text.slice(0, a % (text.length + 1)),
  'two files in one': (text, [a]) => `${text}\n---\n${at(SOURCES, a)}`,
};

interface Recipe {
  readonly source: number;
  readonly steps: readonly (readonly [string, Dice])[];
  readonly bytes: readonly (readonly [number, number])[];
}

const dice = fc.tuple(fc.nat(2 ** 30), fc.nat(2 ** 30), fc.nat(2 ** 30));
const recipe: fc.Arbitrary<Recipe> = fc.record({
  source: fc.nat(2 ** 30),
  steps: fc.array(fc.tuple(fc.constantFrom(...Object.keys(MUTATIONS)), dice), { maxLength: 3 }),
  bytes: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(fc.tuple(fc.nat(2 ** 30), fc.nat(255)), { maxLength: 3 }) },
  ),
});

function bake({ source, steps, bytes }: Recipe): Buffer {
  const text = steps.reduce((so, [name, chosen]) => MUTATIONS[name]!(so, chosen), at(SOURCES, source));
  const baked = Buffer.from(text);
  for (const [where, value] of bytes) if (baked.length > 0) baked[where % baked.length] = value;
  return baked;
}

/** Milliseconds of CPU time. */
function cpuTime(work: () => void): number {
  const begin = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1000;
}

describe('mutated scenario files', () => {
  it(`${RUNS} of them each load or are refused at a place, in time`, function () {
    this.timeout(240_000);
    const seen = { loaded: 0, refused: 0, slowest: 0 };
    fc.assert(
      fc.property(recipe, (made) => {
        const bytes = bake(made);
        const begin = performance.now();
        const { cases, diagnostics } = parseBytes(bytes, 'x.yaml', {});
        const took = performance.now() - begin;
        seen.slowest = Math.max(seen.slowest, took);
        // Time on the clock is not ours alone: what seems slow is measured again.
        if (took > BUDGET) assert.ok(cpuTime(() => parseBytes(bytes, 'x.yaml', {})) < BUDGET, `${took} ms`);
        if (diagnostics.length === 0) {
          assert.ok(cases.length > 0, 'neither a case nor a diagnostic');
          seen.loaded++;
          return;
        }
        seen.refused++;
        assert.equal(cases.length, 0);
        const rows = bytes.toString().split('\n');
        for (const { line, column, message, frame } of diagnostics) {
          assert.ok(line >= 1 && line <= rows.length, `line ${line} of ${rows.length}: ${message}`);
          assert.ok(
            column >= 1 && column <= rows[line - 1]!.length + 1,
            `column ${column} of line ${line}: ${message}`,
          );
          assert.ok(frame.includes('^'), message);
          assert.doesNotMatch(message, /\[object|undefined|NaN|\n/);
        }
      }),
      { numRuns: RUNS, seed: 20_000 },
    );
    console.log(
      `      ${RUNS} tried: ${seen.loaded} loaded, ${seen.refused} refused, the slowest took ${seen.slowest.toFixed(0)} ms`,
    );
    assert.ok(seen.loaded > RUNS / 20 && seen.refused > RUNS / 4, 'the mutations are too weak or too strong');
  });
});
