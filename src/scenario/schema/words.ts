/** Every word of the format with its description and an example, read out of the schema. */
import * as z from 'zod';
import { FAILURES, TASK_OUTCOMES } from '../../model/case.ts';
import { CRIU_STAGES } from '../../model/criu.ts';
import { COORDINATOR_POINTS, TASK_POINTS } from '../../model/points.ts';
import { scenario } from './document.ts';
import { COORDINATOR_OUTCOMES, STRATEGY_WORDS } from './expect.ts';
import { VERBS, WHENS } from './fault.ts';
import { IMAGE_OBJECTS } from './image.ts';
import { SHAPES, STATES } from './task.ts';
import type { WordMeta } from './word.ts';

export interface FormatWord {
  readonly word: string;
  /** The mapping that it is a key of, or what kind of value it is. */
  readonly where: string;
  readonly description: string;
  /** YAML, one line. */
  readonly example: string;
  /** A key that its mapping must have, when the mapping is not one of several that could be meant. */
  readonly required: boolean;
}

/** A key of the format, with the schema of its values. */
export interface KeyWord extends FormatWord {
  readonly schema: z.ZodType;
}

/** All keys, in the order of the schema: a mapping's own keys, then those of the mappings in it. */
export function keyWords(): KeyWord[] {
  const found: KeyWord[] = [];
  const seen = new Set<z.core.$ZodType>();
  const visit = (schema: z.ZodType, where: string): void => {
    if (seen.has(schema)) return;
    seen.add(schema);
    if (!(schema instanceof z.ZodObject)) {
      for (const inner of innerSchemas(schema)) visit(inner, where);
      return;
    }
    const id = z.globalRegistry.get(schema)?.id as string | undefined;
    const place = id ?? where;
    const entries = Object.entries(schema.shape as Record<string, z.ZodType>);
    for (const [word, value] of entries) {
      const { description, example } = readMeta(value, `${place}.${word}`);
      found.push({
        word,
        where: place,
        description,
        example,
        required: id !== undefined && !value.safeParse(undefined).success,
        schema: value,
      });
    }
    for (const [word, value] of entries) visit(value, word);
  };
  visit(scenario, 'scenario');
  return found;
}

function innerSchemas(schema: z.ZodType): readonly z.ZodType[] {
  if (schema instanceof z.ZodOptional) return [schema.unwrap() as z.ZodType];
  if (schema instanceof z.ZodArray) return [schema.element as z.ZodType];
  if (schema instanceof z.ZodUnion) return schema.options as readonly z.ZodType[];
  if (schema instanceof z.ZodRecord) return [schema.valueType as z.ZodType];
  return [];
}

function readMeta(schema: z.ZodType, name: string): WordMeta {
  const inner = schema instanceof z.ZodOptional ? (schema.unwrap() as z.ZodType) : schema;
  const meta = inner.meta() as Partial<WordMeta> | undefined;
  if (meta?.description === undefined || meta.example === undefined) {
    throw new Error(`${name} has no description or no example: declare it with word()`);
  }
  return { description: meta.description, example: meta.example };
}

/** The values that are words of the format, by what they are. */
export const VALUE_WORDS: readonly {
  readonly where: string;
  readonly words: Readonly<Record<string, string>>;
  readonly example: (word: string) => string;
}[] = [
  { where: 'state of a task', words: STATES, example: (word) => `state: ${word}` },
  { where: 'shape of a generated tree', words: SHAPES, example: (word) => `generate: { shape: ${word}, tasks: 8 }` },
  { where: 'object of the image', words: IMAGE_OBJECTS, example: (word) => `truncate: ${word}` },
  { where: 'verb of a fault', words: VERBS, example: (word) => VERB_EXAMPLES[word as keyof typeof VERBS] },
  {
    where: 'failure',
    words: Object.fromEntries(
      Object.entries(FAILURES).map(([name, { what, errno }]) => [
        name,
        `${what}; ${errno} unless errno says otherwise`,
      ]),
    ),
    example: (word) => `fail: ${word}`,
  },
  { where: 'moment of a fault', words: WHENS, example: (word) => `when: ${word}` },
  { where: 'point of the coordinator', words: COORDINATOR_POINTS, example: (word) => `when: { coordinator: ${word} }` },
  { where: 'point of a task', words: TASK_POINTS, example: (word) => `when: { task: 101, at: ${word} }` },
  { where: 'stage of CRIU', words: CRIU_STAGES, example: (word) => `when: { criu: ${word} }` },
  { where: 'outcome of the coordinator', words: COORDINATOR_OUTCOMES, example: (word) => `coordinator: ${word}` },
  { where: 'outcome of a task', words: TASK_OUTCOMES, example: (word) => `tasks: { 101: ${word} }` },
  { where: 'strategy', words: STRATEGY_WORDS, example: (word) => `explore: ${word}` },
];

const VERB_EXAMPLES = {
  signal: '- { signal: SIGUSR1, to: 101 }',
  kill: '- { kill: 101 }',
  stop: '- { stop: 101 }',
  ptrace: '- { ptrace: 101 }',
  fork: '- { fork: 101, child: 150 }',
  fail: '- { fail: restore, task: 101, errno: ENOMEM }',
  wake: '- { wake: 101 }',
  delay: '- { delay: 101 }',
  exit: '- { exit: 101 }',
  own: '- { own: unplug, when: { moment: after-save } }',
} as const satisfies Record<keyof typeof VERBS, string>;

/** Every word of the format: the keys, then the values. A word can be there more than once, in different places. */
export function formatWords(): FormatWord[] {
  const keys = keyWords().map(({ schema: _, ...word }) => word);
  const values = VALUE_WORDS.flatMap(({ where, words, example }) =>
    Object.entries(words).map(([word, description]) => ({
      word,
      where,
      description,
      example: example(word),
      required: false,
    })),
  );
  return [...keys, ...values];
}
