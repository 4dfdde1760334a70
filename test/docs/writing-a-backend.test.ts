import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { codeBlocks, ROOT } from '../support/markdown.ts';
import { run } from '../support/program.ts';

describe('docs/writing-a-backend.md', () => {
  // Beside this file, because it imports packages of this one.
  const file = path.join(import.meta.dirname, 'extracted.spec.ts');
  after(() => rmSync(file, { force: true }));

  it('has an example that works as it stands', async function () {
    this.timeout(30_000);
    const [example] = codeBlocks('docs/writing-a-backend.md').filter(({ text }) => text.includes("from 'sinon'"));
    writeFileSync(file, example!.text.replace("from 'mktrouble'", "from '../../src/index.ts'"));
    const mocha = path.join(ROOT, 'node_modules/mocha/bin/mocha.js');
    const ended = await run(process.execPath, [mocha, '--no-config', '--require', 'tsx', file]);
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    assert.match(ended.stdout, /3 passing/);
  });
});
