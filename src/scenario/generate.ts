/** Writes the files that are made from the schema: `npm run generate`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { jsonSchema } from './schema/json-schema.ts';
import { referencePage } from './schema/reference-page.ts';

/** By path in the repository, their text. */
export function generatedFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['schema/scenario.schema.json', `${JSON.stringify(jsonSchema(), null, 2)}\n`],
    ['docs/scenario-reference.md', referencePage()],
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [file, text] of generatedFiles()) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
