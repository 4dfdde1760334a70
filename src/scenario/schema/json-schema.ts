/**
 * The JSON Schema of a scenario, for editors: zod's own, where the text that an editor shows for a key ends with an
 * example, and an expression is allowed wherever a scalar may stand.
 */
import * as z from 'zod';
import type { KnownNames } from '../known-names.ts';
import { defectsFile } from './defects.ts';
import { scenario } from './document.ts';
import { findMeanings } from './meanings.ts';
import type { Suggested, WordMeta } from './word.ts';

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

/** The JSON Schema of mktrouble.known.yaml. Nothing in it comes from a matrix. */
export function defectsSchema({ properties = [] }: KnownNames): JsonObject {
  const made = z.toJSONSchema(defectsFile, { target: 'draft-7' }) as unknown as JsonObject;
  return adapt(
    made,
    offering({ properties }, (one) => one),
  ) as JsonObject;
}

/** Draft 7, which the YAML language server understands. */
export function jsonSchema(known: KnownNames = {}): JsonObject {
  const made = z.toJSONSchema(scenario, { target: 'draft-7' }) as unknown as JsonObject;
  const { $schema, ...rest } = made;
  const schema = adapt(rest, offering(known, withExpressions)) as JsonObject;
  const definitions = schema['definitions'] as JsonObject;
  // The matrix is what expressions refer to; it has none itself.
  const plain = adapt(
    rest,
    offering(known, (one) => one),
  ) as {
    definitions: { scenario: { properties: JsonObject } };
  };
  const top = (definitions['scenario'] as JsonObject)['properties'] as JsonObject;
  // The tree may come from a file that the scenario extends.
  (definitions['scenario'] as JsonObject)['required'] = ['scenario'];
  top['matrix'] = plain.definitions.scenario.properties['matrix']!;
  definitions['expression'] = EXPRESSION;
  for (const [name, definition] of Object.entries(definitions)) nameDefinition(name, definition as JsonObject);
  return { $schema: $schema!, ...schema };
}

/**
 * Over a key an editor shows the title of the mapping that it is in, and the first description that it finds: that of a
 * definition would hide that of the key.
 */
function nameDefinition(name: string, definition: JsonObject): void {
  if (name === 'scenario') return;
  delete definition['description'];
  definition['title'] = name.replaceAll('-', ' ');
}

const EXPRESSION: JsonObject = {
  type: 'string',
  pattern: '\\$\\{\\{ *matrix\\.[\\w-]+ *\\}\\}',
  // No description, so that an editor shows that of the key.
  $comment: 'A value of the matrix.',
};

/** Rewrites a schema from the inside out. */
function adapt(schema: Json, rewrite: (schema: JsonObject) => JsonObject): Json {
  if (Array.isArray(schema)) return schema.map((item) => adapt(item, rewrite));
  if (schema === null || typeof schema !== 'object') return schema;
  const entries = Object.entries(schema).map(([key, value]): [string, Json] => {
    // A key is a text for JSON, but a YAML editor takes a pid for a number.
    if (key === 'propertyNames') return [key, { pattern: (value as JsonObject)['pattern']! }];
    // These are no values; and the keys of `properties` are no keywords.
    if (['enum', 'const', 'required', 'oneOf'].includes(key)) return [key, value];
    if (key !== 'properties' && key !== 'definitions') return [key, adapt(value, rewrite)];
    const inner = Object.entries(value as JsonObject).map(([name, one]) => [name, adapt(one, rewrite)]);
    return [key, Object.fromEntries(inner)];
  });
  return rewrite(withMeanings(withExample(withoutSafeRange(Object.fromEntries(entries)))));
}

/** Zod gives every whole number the range of what JavaScript counts exactly. */
function withoutSafeRange(schema: JsonObject): JsonObject {
  const entries = Object.entries(schema).filter(([, value]) => Math.abs(Number(value)) !== Number.MAX_SAFE_INTEGER);
  return Object.fromEntries(entries);
}

/** A rewrite after which the names that are known are offered, beside whatever else may stand there. */
function offering(known: KnownNames, rewrite: (schema: JsonObject) => JsonObject): (schema: JsonObject) => JsonObject {
  return ({ suggest, ...schema }) => {
    const made = rewrite(schema);
    const names = known[suggest as Suggested];
    if (names === undefined) return made;
    const words = Object.entries(made).filter(([key]) => OF_THE_WORD.includes(key));
    const value = Object.fromEntries(Object.entries(made).filter(([key]) => !OF_THE_WORD.includes(key)));
    const others = (value['anyOf'] as JsonObject[] | undefined) ?? [value];
    return { ...Object.fromEntries(words), anyOf: [{ type: 'string', enum: [...names] }, ...others] };
  };
}

/** What the values mean, where they are words that the format explains. */
function withMeanings(schema: JsonObject): JsonObject {
  const { enum: words } = schema;
  if (!Array.isArray(words)) return schema;
  const meanings = findMeanings(words.map(String));
  return meanings ? { ...schema, markdownEnumDescriptions: meanings } : schema;
}

function withExample(schema: JsonObject): JsonObject {
  const { example, ...rest } = schema as JsonObject & Partial<WordMeta>;
  if (example === undefined) return schema;
  // Editors show the one or the other. `examples` they would also offer as values, which these are not.
  return {
    ...rest,
    description: `${rest.description}\n\nExample: ${example}`,
    markdownDescription: `${rest.description}\n\nExample: \`${example}\``,
  };
}

const SCALAR_TYPES = ['string', 'integer', 'number', 'boolean'];
const REFERENCE: JsonObject = { $ref: '#/definitions/expression' };
/** What belongs to the word, not to one of the ways to write its value. */
const OF_THE_WORD = ['description', 'markdownDescription', 'title'];

const EXAMPLE = `\${{ matrix.x }}`;

/** Whether a schema is of any text, and so of an expression as well. */
function isAnyText({ type, enum: words, const: word, pattern = '' }: JsonObject): boolean {
  return type === 'string' && words === undefined && word === undefined && new RegExp(String(pattern)).test(EXAMPLE);
}

function withExpressions(schema: JsonObject): JsonObject {
  if (Array.isArray(schema['anyOf'])) return mergedChoice(schema, schema['anyOf'] as JsonObject[]);
  const isScalar = typeof schema['type'] === 'string' && SCALAR_TYPES.includes(schema['type']);
  if (!isScalar || isAnyText(schema)) return schema;
  const words = Object.entries(schema).filter(([key]) => OF_THE_WORD.includes(key));
  const value = Object.entries(schema).filter(([key]) => !OF_THE_WORD.includes(key));
  return { ...Object.fromEntries(words), anyOf: [Object.fromEntries(value), REFERENCE] };
}

/** Choices in choices as one, with the expression once and last, if it is not one of the texts that may stand there anyway. */
function mergedChoice(schema: JsonObject, choices: readonly JsonObject[]): JsonObject {
  const flat = choices.flatMap((choice) => {
    const isBare = Array.isArray(choice['anyOf']) && Object.keys(choice).length === 1;
    return isBare ? (choice['anyOf'] as JsonObject[]) : [choice];
  });
  const others = flat.filter(({ $ref }) => $ref !== REFERENCE['$ref']);
  const merged = others.length < flat.length ? [...others, REFERENCE] : others;
  // One schema rather than a choice: an editor takes the text of a choice for that of its parts.
  if (!others.some(isAnyText) || !others.every(isPlainScalar)) return { ...schema, anyOf: merged };
  const { anyOf: _, ...rest } = schema;
  return { ...rest, ...asOne(others) };
}

/** Whether a schema says no more than a type, and what a value of this type has to be. */
function isPlainScalar({ type, enum: words, const: word, $ref }: JsonObject): boolean {
  return typeof type === 'string' && words === undefined && word === undefined && $ref === undefined;
}

/** Scalars of several types: what is said of one type holds for the values of that type only. */
function asOne(scalars: readonly JsonObject[]): JsonObject {
  return Object.assign({}, ...scalars, { type: scalars.map(({ type }) => type!) }) as JsonObject;
}
