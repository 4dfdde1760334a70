/** Writes the JSON Schemas of scenarios, of the configuration and of known defects with the names of this build. A part of the build: the files are not in the repository. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../boundary/package.ts';
import { settingsSchema } from '../config/schema.ts';
import { KNOWN_NAMES } from '../injector/known.ts';
import { defectsSchema, jsonSchema } from '../scenario/schema/json-schema.ts';

const folder = path.join(packageRoot(), 'schema');
mkdirSync(folder, { recursive: true });
for (const [name, schema] of [
  ['scenario.schema.json', jsonSchema(KNOWN_NAMES)],
  ['config.schema.json', settingsSchema()],
  ['known.schema.json', defectsSchema(KNOWN_NAMES)],
] as const)
  writeFileSync(path.join(folder, name), `${JSON.stringify(schema, null, 2)}\n`);
