/** Scenario files in an editor: completion and hover texts, from the YAML language server that editors use. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { isScalar, LineCounter, type Pair, parseAllDocuments, visit } from 'yaml';
import { findScenarioFiles } from '../../src/scenario/index.ts';
import { keyWords } from '../../src/scenario/schema/words.ts';
import { LanguageServer, type Position } from '../support/language-server.ts';
import { ROOT } from '../support/markdown.ts';

const SCHEMA = '# yaml-language-server: $schema=../schema/scenario.schema.json\n';

/** Every key of a text, with its place: those of a matrix, and pids, are the user's own. */
function listKeys(text: string): { word: string; position: Position }[] {
  const lines = new LineCounter();
  const found: { word: string; position: Position }[] = [];
  for (const document of parseAllDocuments(text, { lineCounter: lines })) {
    visit(document, {
      Pair(_, pair) {
        const { key } = pair as Pair;
        if (!isScalar(key) || !key.range) return undefined;
        const { line, col } = lines.linePos(key.range[0]);
        found.push({ word: String(key.value), position: { line: line - 1, character: col } });
        return key.value === 'matrix' ? visit.SKIP : undefined;
      },
    });
  }
  return found.filter(({ word }) => !/^(-?\d+|all)$/.test(word));
}

/** The server takes the line that names the schema for its own document only. */
function withSchemaLines(text: string): string {
  const [line = ''] = text.split('\n');
  return text.replace(/^---$/gm, `---\n${line}`);
}

describe('a scenario file in an editor', function () {
  this.timeout(120_000);
  let server: LanguageServer;
  before(async () => {
    server = new LanguageServer();
    await server.open();
  });
  after(() => server.close());

  const uriOf = (file: string) => pathToFileURL(path.join(ROOT, file)).href;

  /** What is offered at the `|` of a text. */
  const offeredAt = async (text: string) => {
    const whole = SCHEMA + text;
    const before = whole.slice(0, whole.indexOf('|')).split('\n');
    const uri = uriOf(`scenarios/offered-${before.length}-${text.length}.yaml`);
    await server.show(uri, whole.replace('|', ''));
    return server.complete(uri, { line: before.length - 1, character: before.at(-1)!.length });
  };
  const labels = async (text: string) => (await offeredAt(text)).map(({ label }) => label);

  it('has a text with an example for every key of the scenarios that ship', async () => {
    const words = keyWords();
    const done = new Set<string>();
    const files = findScenarioFiles([path.join(ROOT, 'scenarios')]).map((file) => path.relative(ROOT, file));
    for (const file of files) {
      const text = withSchemaLines(readFileSync(path.join(ROOT, file), 'utf8'));
      const keys = listKeys(text).filter(({ word }) => !done.has(word));
      if (keys.length === 0) continue;
      assert.deepEqual(await server.show(uriOf(file), text), [], `${file} is right`);
      for (const { word, position } of keys) {
        // What is no word of the format is a name of the user's (a variable of env, a path of files); a misspelt word is a diagnostic above.
        if (done.has(word) || !words.some((one) => one.word === word)) continue;
        done.add(word);
        const hovered = await server.hover(uriOf(file), position);
        const shown = words.find((one) => one.word === word && hovered.includes(one.description));
        assert.ok(shown, `${file}: ${word}: ${hovered}`);
        assert.match(hovered, /Example: `/, `${file}: ${word}: ${hovered}`);
        const others = hovered.replace(shown.description, '');
        assert.doesNotMatch(others, /\|\|/, `${file}: ${word} has one description, not those of all ways to write it`);
      }
    }
    assert.ok(done.size > 50, `only ${done.size} keys were looked at`);
  });

  it('says what the values of a choice mean', async () => {
    const file = 'scenarios/values.yaml';
    const text = `${SCHEMA}scenario: x\ntree: { pid: 100 }\nfaults:\n  - fail: kmalloc\nexpect:\n  coordinator: EBUSY\n`;
    await server.show(uriOf(file), text);
    assert.match(await server.hover(uriOf(file), { line: 4, character: 6 }), /`image-read`: a read of the image/);
    assert.match(await server.hover(uriOf(file), { line: 6, character: 16 }), /`EBUSY`: a task is traced/);
  });

  it('offers the keys of each place, with their texts', async () => {
    const keys = await offeredAt('scenario: x\ntree:\n  pid: 100\n  |\n');
    assert.ok(keys.some(({ label, documentation }) => label === 'children' && /Example:/.test(documentation ?? '')));
    assert.ok((await labels('scenario: x\n|\n')).includes('tree'));
    assert.ok((await labels('scenario: x\ntree: { pid: 1 }\nexpect:\n  |\n')).includes('left-waiting'));
    assert.ok((await labels('scenario: x\ntree: { pid: 1 }\nfaults:\n  - |\n')).includes('signal'));
  });

  it('offers signals, errnos, points, protocols and properties', async () => {
    const scenario = 'scenario: x\ntree: { pid: 100 }\n';
    assert.ok((await labels(`${scenario}faults:\n  - signal: |\n`)).includes('SIGUSR1'));
    assert.ok((await labels(`${scenario}expect:\n  coordinator: |\n`)).includes('EBUSY'));
    assert.ok((await labels(`${scenario}restart:\n  protocol: |\n`)).includes('hardened'));
    assert.ok((await labels(`${scenario}expect:\n  violates:\n    - |\n`)).includes('no-task-left-waiting'));
    assert.ok(
      (await labels(`${scenario}faults:\n  - kill: 100\n    when:\n      coordinator: |\n`)).includes('prepare'),
    );
  });

  it('marks what is wrong', async () => {
    const wrong = await server.show(
      uriOf('scenarios/wrong.yaml'),
      `${SCHEMA}scenario: x\ntree: { pid: x }\nexpekt: 1\n`,
    );
    assert.ok(wrong.some((message) => message.includes('expekt')));
    assert.ok(wrong.length >= 2, String(wrong));
  });
});
