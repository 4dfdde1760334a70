/**
 * How a word of the format is declared: with zod, each with a description and an example. Two habits make messages good:
 * the `error` of every value says what was expected ("a pid (1 to 4194304)"), and nothing is transformed, so that what
 * was checked is what was written. Expressions (`${{ matrix.x }}`) are not mentioned here: values are checked once the
 * matrix is filled in, and the JSON Schema and the types allow an expression wherever a scalar may stand.
 */
import * as z from 'zod';

/** What is known of a word beside its values. */
export interface WordMeta {
  readonly description: string;
  /** YAML, one line: the key with a value. */
  readonly example: string;
}

/** Names of other rooms that a value may be one of; see KnownNames. */
export type Suggested = 'protocols' | 'properties';

/** A schema whose values an editor can offer, once the names are known. */
export function suggest<S extends z.ZodType>(schema: S, names: Suggested): S {
  return schema.meta({ suggest: names });
}

/** Gives a schema the description and the example of the key that it is for. */
export function word<S extends z.ZodType>(schema: S, description: string, example: string): S {
  return schema.meta({ description, example });
}

/** Separates the known keys in the message of an unknown one; see `mapping`. */
export const KEY_SEPARATOR = ' ';

/**
 * A mapping with these keys and no others, and those that it is extended with. The message of an unknown key is the list
 * of those that are known, as zod's issue does not have it.
 */
export function mapping<const Shape extends z.core.$ZodShape>(expected: string, shape: Shape) {
  return z.strictObject(shape, {
    error: ({ code, inst }) =>
      code === 'unrecognized_keys' ? Object.keys((inst as z.ZodObject).shape).join(KEY_SEPARATOR) : expected,
  });
}

/** A list with at least one item. */
export function list<S extends z.ZodType>(item: S, expected: string) {
  return z.array(item, { error: expected }).min(1, { error: expected });
}

/** One value, or a list of them. */
export function oneOrMore<S extends z.ZodType>(item: S, expected: string) {
  return z.union([item, list(item, expected)]);
}

/** A whole number in a range, ends included. */
export function integer(min: number, max: number, what: string) {
  const error = `${what} (${min} to ${max})`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** One of these words; `noun` is what they are, as in "unknown <noun>". */
export function oneOf<const Words extends readonly string[]>(words: Words, noun: string) {
  return z.enum(words, { error: noun });
}

/** true or false. */
export function flag() {
  return z.boolean({ error: 'true or false' });
}

/** A text without control characters, which could do harm on a terminal. */
export function text(expected: string, maxLength: number) {
  return (
    z
      .string({ error: expected })
      .min(1, { error: expected })
      .max(maxLength, { error: `${expected}, at most ${maxLength} characters` })
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
      .regex(/^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*$/, {
        error: `${expected}, without control characters`,
      })
  );
}

/** Words joined by dashes. */
export function kebab(expected: string) {
  return z
    .string({ error: expected })
    .max(100, { error: expected })
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, { error: expected });
}
