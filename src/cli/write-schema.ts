/** Writes schema/scenario.schema.json and schema/config.schema.json with the names of this build. A part of the build: the files are not in the repository. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../boundary/package.ts';
import { settingsSchema } from '../config/schema.ts';
import { KNOWN_NAMES } from '../injector/known.ts';
import { jsonSchema } from '../scenario/schema/json-schema.ts';

const folder = path.join(packageRoot(), 'schema');
mkdirSync(folder, { recursive: true });
writeFileSync(path.join(folder, 'scenario.schema.json'), `${JSON.stringify(jsonSchema(KNOWN_NAMES), null, 2)}\n`);
writeFileSync(path.join(folder, 'config.schema.json'), `${JSON.stringify(settingsSchema(), null, 2)}\n`);
