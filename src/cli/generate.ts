/** Writes the files that are made from the scenario schema, with the names of this build: a part of `npm run generate`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { KNOWN_NAMES } from '../injector/known.ts';
import { generatedFiles } from '../scenario/generate.ts';

for (const [file, text] of generatedFiles(KNOWN_NAMES)) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}
