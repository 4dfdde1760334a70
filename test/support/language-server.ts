/** A language server, by default the YAML language server, spoken to as an editor does: JSON-RPC over its standard input and output. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** The diagnostics of a document, as the server publishes them. */
export type Published = readonly {
  readonly message: string;
  readonly severity: number;
  readonly code?: string;
  readonly range: { readonly start: Position; readonly end: Position };
}[];

export interface Position {
  readonly line: number;
  readonly character: number;
}

const SERVER = fileURLToPath(import.meta.resolve('yaml-language-server/bin/yaml-language-server'));
const SETTINGS = { hover: true, completion: true, validate: true, schemaStore: { enable: false } };

export class LanguageServer {
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #diagnostics = new Map<string, (messages: string[]) => void>();
  #buffer = Buffer.alloc(0);
  #next = 1;

  /** What this server calls when it has something to publish for a document, by its address. */
  readonly published = new Map<string, Published[]>();
  /** How the process ended. */
  readonly ended: Promise<number | null>;

  /** `args`: the arguments of Node that start it. */
  constructor(args: readonly string[] = [SERVER, '--stdio']) {
    this.#process = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'ignore'] });
    this.ended = new Promise((resolve) => this.#process.on('close', resolve));
    this.#process.stdout!.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  /** `root`: the address of the folder that the editor has open. */
  async open(root: string | null = null): Promise<void> {
    await this.#ask('initialize', {
      processId: process.pid,
      rootUri: root,
      capabilities: { textDocument: { hover: {}, completion: {} } },
    });
    this.#send({ method: 'initialized', params: {} });
    this.#send({ method: 'workspace/didChangeConfiguration', params: { settings: { yaml: SETTINGS } } });
  }

  /** Opens a document; resolves with what is wrong with it. */
  show(uri: string, text: string): Promise<string[]> {
    const shown = new Promise<string[]>((resolve) => this.#diagnostics.set(uri, resolve));
    this.#send({
      method: 'textDocument/didOpen',
      params: { textDocument: { uri, languageId: 'yaml', version: 1, text } },
    });
    return shown;
  }

  /** The text that an editor shows over this place; empty for none. */
  async hover(uri: string, position: Position): Promise<string> {
    const found = (await this.#ask('textDocument/hover', { textDocument: { uri }, position })) as {
      contents?: { value?: string };
    } | null;
    return found?.contents?.value ?? '';
  }

  /** What an editor offers at this place. */
  async complete(uri: string, position: Position): Promise<{ label: string; documentation?: string }[]> {
    const found = (await this.#ask('textDocument/completion', { textDocument: { uri }, position })) as {
      items: { label: string; documentation?: string | { value: string } }[];
    };
    return found.items.map(({ label, documentation }) => ({
      label,
      ...(documentation !== undefined && {
        documentation: typeof documentation === 'string' ? documentation : documentation.value,
      }),
    }));
  }

  /** Asks anything else. */
  request(method: string, params: unknown): Promise<unknown> {
    return this.#ask(method, params);
  }

  notify(method: string, params: unknown): void {
    this.#send({ method, params });
  }

  /** The next diagnostics of a document that meet a condition; those that were published already count. */
  async until(uri: string, isMet: (published: Published) => boolean): Promise<Published> {
    for (;;) {
      const met = this.published.get(uri)?.find(isMet);
      if (met) return met;
      await new Promise<void>((resolve) => this.#process.stdout!.once('data', () => setImmediate(resolve)));
    }
  }

  close(): void {
    this.#process.kill();
  }

  #ask(method: string, params: unknown): Promise<unknown> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ error, result }) => (error ? reject(new Error(error.message)) : resolve(result)));
      this.#send({ id, method, params });
    });
  }

  #send(message: Message): void {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#process.stdin!.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  #read(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const head = this.#buffer.indexOf('\r\n\r\n');
      if (head === -1) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#buffer.subarray(0, head).toString())![1]);
      if (this.#buffer.length < head + 4 + length) return;
      const text = this.#buffer.subarray(head + 4, head + 4 + length).toString();
      this.#buffer = this.#buffer.subarray(head + 4 + length);
      this.#take(JSON.parse(text));
    }
  }

  #take(message: Message): void {
    const { id, method, params } = message;
    if (method === 'textDocument/publishDiagnostics') {
      const { uri, diagnostics } = params as { uri: string; diagnostics: Published };
      this.published.set(uri, [...(this.published.get(uri) ?? []), diagnostics]);
      this.#diagnostics.get(uri)?.(diagnostics.map((one) => one.message));
    } else if (method !== undefined && id !== undefined) {
      // The server asks for its settings, one for each section.
      const items = (params as { items?: { section?: string }[] } | null | undefined)?.items ?? [];
      const answer = items.map(({ section }) => (section === 'yaml' ? SETTINGS : null));
      this.#process.stdin!.write(
        frame({ jsonrpc: '2.0', id, result: method === 'workspace/configuration' ? answer : null }),
      );
    } else if (id !== undefined) {
      this.#waiting.get(id)?.(message);
      this.#waiting.delete(id);
    }
  }
}

function frame(message: object): string {
  const text = JSON.stringify(message);
  return `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
}
