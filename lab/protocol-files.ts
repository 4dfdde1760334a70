/** What decides what the protocols do, and is read as text. */
import { readdirSync } from 'node:fs';
import path from 'node:path';

const PATCHES = path.resolve(import.meta.dirname, '../src/protocol/patches');

export const PATCH_FILES: readonly string[] = readdirSync(PATCHES).map((name) => path.join(PATCHES, name));
