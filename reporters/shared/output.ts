/** Where a report goes: a file, which appears when the report is whole, or standard output. */
import picocolors from 'picocolors';
import { CLEAR_LINE, isGuarded, LogGuard, rawWriter } from '../../src/boundary/harmless.ts';
import { isReaderGone } from '../../src/boundary/system-error.ts';
import { beginFile } from '../../src/boundary/write-file.ts';
import { type Symbols, symbolsFor, toAscii, UNICODE } from '../words/signs.ts';

export type Colors = ReturnType<typeof picocolors.createColors>;

export interface Output {
  readonly colors: Colors;
  readonly symbols: Symbols;
  /** Width in columns; Infinity for a file. */
  readonly columns: number;
  /** Whether lines are shown in a window of `columns`, where a long one may be cut: not in a file or the log of a CI service. */
  readonly terminal: boolean;
  /** Whether a line may be redrawn: a terminal, and no CI log. */
  readonly live: boolean;
  /** Writes text; hostile characters are escaped, and no line is a command of a CI service. */
  write(text: string): void;
  /** Writes text as it is: commands of a CI service, or a document in which nothing can be hostile. */
  writeRaw(text: string): void;
  /** Shows text on the last line until something else is written; only where `live`. */
  progress(text: string): void;
  /** The report is whole: its file replaces an older one. */
  close(): void;
  /** The report is not whole: an older file stays. Does nothing after `close`. */
  discard(): void;
}

/** Lines of a log that is no terminal: long enough to be readable, short enough to be shown without wrapping. */
const LOG_COLUMNS = 100;

type Environment = Readonly<Record<string, string | undefined>>;

/** A file, made with its folders. Throws CannotWrite when it cannot be opened. */
export function fileOutput(path: string): Output {
  const file = beginFile(path);
  const guard = new LogGuard();
  return {
    colors: picocolors.createColors(false),
    symbols: UNICODE,
    columns: Number.POSITIVE_INFINITY,
    terminal: false,
    live: false,
    write: (text) => file.write(guard.pass(text)),
    writeRaw: (text) => file.write(text),
    progress() {},
    close: () => file.commit(),
    discard: () => file.discard(),
  };
}

export interface TerminalStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
  on?(event: 'error', handler: (error: NodeJS.ErrnoException) => void): unknown;
}

/** Standard output, or what stands for it; a reader that went away (`| head`) is no error. `color`: Mocha's --color or --no-color, which go before the environment. */
export function terminalOutput(
  stream: TerminalStream = process.stdout,
  env: Environment = process.env,
  color: boolean | undefined = undefined,
): Output {
  const tty = stream.isTTY === true;
  const live = tty && !isCI(env) && env['TERM'] !== 'dumb';
  const symbols = symbolsFor(env);
  let shown = false;
  let reader = true;
  stream.on?.('error', (error) => {
    // The program itself reports that a guarded stream is incomplete.
    if (!isReaderGone(error) && !isGuarded(stream)) throw error;
    reader = false;
  });
  const guard = new LogGuard();
  const raw = rawWriter(stream);
  const put = (text: string): void => {
    if (reader) raw(guard.pass(symbols.ascii ? toAscii(text) : text));
  };
  return {
    colors: picocolors.createColors(color ?? wantsColor(env, tty)),
    symbols,
    get columns() {
      return countColumns(stream, env, tty);
    },
    terminal: tty,
    live,
    write(text) {
      put((shown ? CLEAR_LINE : '') + text);
      shown = false;
    },
    writeRaw(text) {
      if (reader) raw((shown ? CLEAR_LINE : '') + text);
      shown = false;
    },
    progress(text) {
      if (!live) return;
      put(CLEAR_LINE + text);
      shown = true;
    },
    close() {
      if (shown) put(CLEAR_LINE);
      shown = false;
    },
    discard() {},
  };
}

function countColumns(stream: TerminalStream, env: Environment, tty: boolean): number {
  if (stream.columns !== undefined && stream.columns > 0) return stream.columns;
  const said = Number(env['COLUMNS']);
  if (Number.isInteger(said) && said > 0) return said;
  return tty ? 80 : LOG_COLUMNS;
}

/** no-color.org, and the variables by which CI services and other tools force colours. */
function wantsColor(env: Environment, tty: boolean): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] !== undefined) return env['FORCE_COLOR'] !== '0';
  return tty && env['TERM'] !== 'dumb';
}

export function isCI(env: Environment): boolean {
  const said = env['CI'];
  return said !== undefined && said !== '' && said !== '0' && said !== 'false';
}
