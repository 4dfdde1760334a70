/** `mktrouble lsp`, spoken to as an editor does. */
import assert from 'node:assert/strict';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { KNOWN_NAMES } from '../../src/injector/known.ts';
import { type Folder, temporaryFolder } from '../support/folder.ts';
import { LanguageServer, type Position } from '../support/language-server.ts';
import { PROGRAM } from '../support/program.ts';

/** Of the language server protocol. */
const ERROR = 1;
const WARNING = 2;

const WRONG = `scenario: Wrong
tree: { pid: 100, children: [{ pid: 101 }] }
restart: { protocol: hardened }
expect: { coordinator: EBUSY }
---
scenario: "Right: one"
tree: { pid: 100 }
restart: { protocol: hardened }
`;

interface Lens {
  readonly range: { readonly start: Position };
  readonly command: { readonly title: string; readonly command: string; readonly arguments?: unknown[] };
}

describe('mktrouble lsp', function () {
  this.timeout(60_000);
  this.slow(5_000);
  let folder: Folder;
  let server: LanguageServer;
  before(async () => {
    folder = temporaryFolder({ 'wrong.yaml': WRONG });
    server = new LanguageServer([...PROGRAM, 'lsp', '--stdio']);
    await server.open(pathToFileURL(folder.path).href);
  });
  after(() => {
    server.close();
    folder.remove();
  });
  const uriOf = (name: string) => pathToFileURL(path.join(folder.path, name)).href;
  /** What is wrong with a text: each message with the marked words. */
  const check = async (name: string, text: string, severity = ERROR) => {
    void server.show(uriOf(name), text);
    const published = await server.until(uriOf(name), (all) => all.some((one) => one.severity === severity));
    const lines = text.split('\n');
    return published.map(({ message, range: { start, end } }) => ({
      message,
      marked: lines[start.line]!.slice(start.character, end.character),
    }));
  };

  it('finds what the schema cannot: an unknown pid', async () => {
    const [one] = await check('pid.yaml', 'scenario: A\ntree: { pid: 100 }\nexpect: { tasks: { 109: killed } }\n');
    assert.match(one!.message, /109/);
    assert.match(one!.marked, /109|killed/);
  });

  it('finds what has no effect: a fault that never fires, and a property that is not judged', async () => {
    const fault = `scenario: A
tree: { pid: 100, children: [{ pid: 101 }] }
restart: { protocol: hardened }
faults:
  - { fail: kmalloc, call: 99 }
`;
    const [silent] = await check('fault.yaml', fault, WARNING);
    assert.match(silent!.message, /never fired/);
    const property = `scenario: A
tree: { pid: 100 }
restart: { protocol: hardened, backends: [simulated] }
expect: { except: [criu-never-crashes] }
`;
    const [strange] = await check('property.yaml', property, WARNING);
    assert.match(strange!.message, /criu-never-crashes/);
    assert.equal(strange!.marked, 'criu-never-crashes');
    const [misspelt] = await check('rule.yaml', 'scenario: A\ntree: { pid: 100 } # lint: fault-never-fire\n', WARNING);
    assert.equal(misspelt!.marked, 'fault-never-fire');
  });

  it('finds properties and expectations that cannot hold', async () => {
    const blocked = `scenario: A
tree: { pid: 100, children: [{ pid: 101 }, { pid: 102, absent: true }] }
restart: { protocol: patch }
expect: { coordinator: EBUSY }
`;
    const found = await check('impossible.yaml', blocked, WARNING);
    const expectation = found.find(({ message }) => message.startsWith('expectation'));
    assert.equal(expectation?.marked, 'coordinator:');
    assert.ok(found.some(({ message }) => message.startsWith('no-task-left-waiting')));
    server.notify('textDocument/didChange', {
      textDocument: { uri: uriOf('impossible.yaml'), version: 2 },
      contentChanges: [
        {
          text: blocked.replace('patch', 'hardened').replace(', { pid: 102, absent: true }', '').replace('EBUSY', 'ok'),
        },
      ],
    });
    await server.until(uriOf('impossible.yaml'), (all) => all.length === 0);
  });

  it('takes back what was wrong once the text is right', async () => {
    await check('mended.yaml', 'scenario: A\ntree: { pid: x }\n');
    server.notify('textDocument/didChange', {
      textDocument: { uri: uriOf('mended.yaml'), version: 2 },
      contentChanges: [{ text: 'scenario: A\ntree: { pid: 100 }\n' }],
    });
    await server.until(uriOf('mended.yaml'), (all) => all.length === 0);
  });

  it('explains every property and every protocol under the pointer', async () => {
    const words = [...KNOWN_NAMES.properties, ...KNOWN_NAMES.protocols];
    const text = words.map((word) => `# ${word}\n`).join('');
    void server.show(uriOf('words.yaml'), text);
    for (const [line, word] of words.entries()) {
      const hovered = await server.hover(uriOf('words.yaml'), { line, character: 4 });
      assert.ok(hovered.startsWith(`**${word}**`) && hovered.length > word.length + 30, `${word}: ${hovered}`);
    }
    assert.equal(await server.hover(uriOf('words.yaml'), { line: 0, character: 0 }), '');
  });

  it('runs a scenario at its line, shows what it found, and how it ended', async () => {
    const uri = uriOf('wrong.yaml');
    void server.show(uri, WRONG);
    const lenses = async () => (await server.request('textDocument/codeLens', { textDocument: { uri } })) as Lens[];
    const before = await lenses();
    assert.deepEqual(
      before.map(({ range, command }) => [range.start.line, command.arguments?.[1]]),
      [
        [0, 'Wrong'],
        [5, 'Right: one'],
      ],
    );
    const { command, arguments: given } = before[0]!.command;
    assert.match(String(await server.request('workspace/executeCommand', { command, arguments: given })), /1 failed/);
    const [finding] = await server.until(uri, (all) => all.length > 0);
    assert.equal(finding!.range.start.line, 3);
    assert.match(finding!.message, /EBUSY/);
    const right = before[1]!.command;
    await server.request('workspace/executeCommand', { command: right.command, arguments: right.arguments });
    const titles = (await lenses()).map(({ range, command: { title } }) => `${range.start.line} ${title}`);
    assert.ok(
      titles.some((title) => /^0 .*1 failed/.test(title)),
      titles.join(),
    );
    assert.ok(
      titles.some((title) => /^5 .*1 passed/.test(title)),
      titles.join(),
    );
  });

  it('has nothing to say of files that are no scenarios, and ends when the editor says so', async () => {
    void server.show(uriOf('mktrouble.config.yaml'), 'seed: 1\n');
    assert.deepEqual(
      await server.request('textDocument/codeLens', { textDocument: { uri: uriOf('mktrouble.config.yaml') } }),
      [],
    );
    await server.request('shutdown', null);
    server.notify('exit', null);
    assert.equal(await server.ended, 0);
  });
});
