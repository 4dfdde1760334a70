/**
 * The language server: what an editor asks, answered. Documents are sent whole, for scenario files are short. What it runs is this
 * program, as `mktrouble run` in the folder that the editor has open.
 */
import { statSync } from 'node:fs';
import path from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import {
  type CodeLens,
  type Connection,
  createConnection,
  type Diagnostic,
  type Hover,
  MarkupKind,
  StreamMessageReader,
  StreamMessageWriter,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node.js';
import { packageVersion } from '../../boundary/package.ts';
import { isScenarioFile } from '../../scenario/index.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { glossary } from '../glossary.ts';
import { DEFAULT_FOLDER, type History, readHistory } from '../history/store.ts';
import { checkText, findIneffective } from './diagnose.ts';
import { runScenario, summarize } from './run.ts';
import { listScenarios, wordAt } from './scenarios.ts';

/** The command that runs a scenario: its arguments are the address of the file and the name of the scenario. */
export const RUN_COMMAND = 'mktrouble.run';

/** Milliseconds without a change before a file's faults are tried. */
const QUIET = 300;

interface OpenFile {
  readonly uri: string;
  readonly text: string;
  readonly version: number;
  /** By where they come from. */
  mistakes: readonly Diagnostic[];
  ineffective: readonly Diagnostic[];
  found: readonly Diagnostic[];
}

/** Serves until the editor ends it: by `exit`, at which the library ends the process (with 1 where no `shutdown` came before), or by closing the pipe. */
export function serve(): Promise<ExitCode> {
  // Text is made harmless for a terminal; here it is a protocol, in bytes.
  const out = new Writable({
    decodeStrings: true,
    write: (chunk: Buffer, _encoding, done) => void process.stdout.write(chunk, () => done()),
  });
  const connection = createConnection(new StreamMessageReader(process.stdin), new StreamMessageWriter(out));
  new Server(connection).listen();
  return new Promise((resolve) => process.stdin.on('end', () => resolve(EXIT.ok)));
}

class Server {
  readonly #connection: Connection;
  readonly #files = new Map<string, OpenFile>();
  readonly #running = new AbortController();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  listen(): void {
    const connection = this.#connection;
    connection.onInitialize(({ workspaceFolders, rootUri }) => {
      const root = workspaceFolders?.[0]?.uri ?? rootUri;
      // Ids, the history and the configuration are those of the folder in which mktrouble is run.
      if (root?.startsWith('file:') && statSync(fileURLToPath(root), { throwIfNoEntry: false })?.isDirectory())
        process.chdir(fileURLToPath(root));
      return {
        capabilities: {
          textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Full, save: true },
          hoverProvider: true,
          codeLensProvider: {},
          executeCommandProvider: { commands: [RUN_COMMAND] },
        },
        serverInfo: { name: 'mktrouble', version: packageVersion() },
      };
    });
    connection.onDidOpenTextDocument(({ textDocument: { uri, text, version } }) => this.#take(uri, text, version));
    connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) => {
      const last = contentChanges.at(-1);
      if (last) this.#take(uri, last.text, version);
    });
    connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
      this.#files.delete(uri);
      connection.sendDiagnostics({ uri, diagnostics: [] });
    });
    connection.onHover(({ textDocument: { uri }, position }) => this.#explain(uri, position.line, position.character));
    connection.onCodeLens(({ textDocument: { uri } }) => this.#lenses(uri));
    connection.onExecuteCommand(({ command, arguments: args = [] }) =>
      command === RUN_COMMAND ? this.#run(String(args[0]), String(args[1])) : null,
    );
    connection.onShutdown(() => this.#running.abort());
    connection.listen();
  }

  #take(uri: string, text: string, version: number): void {
    const file = fileOf(uri);
    if (file === undefined) return;
    const { cases, diagnostics } = checkText(text, file);
    const open: OpenFile = { uri, text, version, mistakes: diagnostics, ineffective: [], found: [] };
    this.#files.set(uri, open);
    this.#publish(open);
    const isCurrent = (): boolean => this.#files.get(uri) === open;
    setTimeout(() => {
      if (isCurrent()) void this.#tryFaults(open, () => findIneffective(cases, text, isCurrent), isCurrent);
    }, QUIET);
  }

  async #tryFaults(open: OpenFile, check: () => Promise<Diagnostic[]>, isCurrent: () => boolean): Promise<void> {
    const ineffective = await check();
    if (!isCurrent() || ineffective.length === 0) return;
    open.ineffective = ineffective;
    this.#publish(open);
  }

  #publish({ uri, version, mistakes, ineffective, found }: OpenFile): void {
    void this.#connection.sendDiagnostics({ uri, version, diagnostics: [...mistakes, ...ineffective, ...found] });
  }

  /** What the word under the pointer means: a property, a protocol, an errno, a signal, a point, a key. */
  #explain(uri: string, line: number, character: number): Hover | null {
    const word = wordAt(this.#files.get(uri)?.text ?? '', line, character);
    if (word === '') return null;
    const entries = glossary().filter((entry) => entry.word === word);
    if (entries.length === 0) return null;
    const value = entries
      .map((entry) => [`**${entry.word}** (${entry.kind})`, ...entry.lines].join('\n\n'))
      .join('\n\n---\n\n');
    return { contents: { kind: MarkupKind.Markdown, value } };
  }

  /** Above each scenario: run it, and how its cases ended when they were last run. */
  #lenses(uri: string): CodeLens[] {
    const open = this.#files.get(uri);
    const file = fileOf(uri);
    if (!open || file === undefined) return [];
    const { cases } = readHistory(DEFAULT_FOLDER);
    return listScenarios(open.text).flatMap(({ name, line }) => {
      const range = { start: { line, character: 0 }, end: { line, character: 0 } };
      const last = lastResult(cases, file, name);
      return [
        { range, command: { title: '▶ run this scenario', command: RUN_COMMAND, arguments: [uri, name] } },
        ...(last === undefined ? [] : [{ range, command: { title: `last run: ${last}`, command: '' } }]),
      ];
    });
  }

  async #run(uri: string, name: string): Promise<string | null> {
    const file = fileOf(uri);
    const open = this.#files.get(uri);
    if (file === undefined || !open) return null;
    const { summary, diagnostics } = await runScenario(file, name, open.text, this.#running.signal);
    const now = this.#files.get(uri);
    if (now?.text === open.text) {
      now.found = diagnostics;
      this.#publish(now);
    }
    // An editor that knows no such request shows the results when it asks again.
    this.#connection.sendRequest('workspace/codeLens/refresh').catch(() => {});
    this.#connection.window.showInformationMessage(summary);
    return summary;
  }
}

/** The path of a scenario file; undefined for any other document. */
function fileOf(uri: string): string | undefined {
  if (!uri.startsWith('file:')) return undefined;
  const file = fileURLToPath(uri);
  return isScenarioFile(path.basename(file)) ? file : undefined;
}

/** How the cases of a scenario ended when each was last run; undefined where none was. */
function lastResult(cases: History['cases'], file: string, name: string): string | undefined {
  const id = `${path.relative(process.cwd(), file).split(path.sep).join('/')}#${name}`;
  const results = Object.entries(cases)
    .filter(([key]) => key.startsWith(`${id} on `) || key.startsWith(`${id} [`))
    .map(([, { result }]) => ({ result }));
  return results.length === 0 ? undefined : summarize(results);
}
