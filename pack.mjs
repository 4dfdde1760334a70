/**
 * What `npm pack` and `npm publish` do to package.json: the package has no scripts and no development dependencies, which are about
 * the repository. `node pack.mjs strip` before, `node pack.mjs restore` after; the original is kept beside it meanwhile.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const manifest = path.join(import.meta.dirname, 'package.json');
const original = path.join(import.meta.dirname, '.package.json.original');

const [step] = process.argv.slice(2);
if (step === 'strip') {
  const text = readFileSync(manifest, 'utf8');
  const { scripts: _, devDependencies: __, allowScripts: ___, ...published } = JSON.parse(text);
  if (!existsSync(original)) writeFileSync(original, text, { flag: 'wx' });
  writeFileSync(manifest, `${JSON.stringify(published, null, 2)}\n`);
} else if (step === 'restore') {
  if (existsSync(original)) renameSync(original, manifest);
} else {
  console.error('usage: node pack.mjs strip|restore');
  process.exitCode = 2;
}
