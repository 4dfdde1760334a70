/** The files that are made from the schema. */
import type { KnownNames } from './known-names.ts';
import { jsonSchema } from './schema/json-schema.ts';
import { referencePage } from './schema/reference-page.ts';

/** By path in the repository, their text. An editor offers the known names. */
export function generatedFiles(known: KnownNames): ReadonlyMap<string, string> {
  return new Map([
    ['schema/scenario.schema.json', `${JSON.stringify(jsonSchema(known), null, 2)}\n`],
    ['docs/scenario-reference.md', referencePage()],
  ]);
}
