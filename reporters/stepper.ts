/** Steps through a record in a terminal, with keys; for commands that show a single run. */
import { emitKeypressEvents } from 'node:readline';
import { rawWriter } from '../src/boundary/harmless.ts';
import type { Case } from '../src/model/case.ts';
import type { RunRecord } from '../src/record/record.ts';
import type { Violation } from '../src/record/verdict.ts';
import { type TerminalStream, terminalOutput } from './shared/output.ts';
import { Playback } from './shared/playback.ts';
import { drawStep } from './shared/step-screen.ts';
import { toAscii } from './words/signs.ts';

/** A keyboard: standard input when it is a terminal. */
export interface Keyboard extends NodeJS.ReadableStream {
  setRawMode?(raw: boolean): unknown;
}

/** A screen: standard output when it is a terminal. */
export interface Screen extends TerminalStream {
  readonly rows?: number;
  on(event: 'resize', handler: () => void): unknown;
  on(event: 'error', handler: (error: NodeJS.ErrnoException) => void): unknown;
  off(event: 'resize', handler: () => void): unknown;
}

export interface Stepped {
  readonly title: string;
  readonly record: RunRecord;
  readonly case: Case | undefined;
  readonly violations: readonly Violation[];
}

/** A second screen beside the one with the shell's history, without a cursor; and back. */
const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const REST_OF_LINE = '\u001b[K';
const REST_OF_SCREEN = '\u001b[J';

interface Key {
  readonly name?: string;
  readonly ctrl?: boolean;
  readonly sequence?: string;
}

/**
 * Shows the record at its first violation and follows the keys; resolves when the reader leaves, or the signal is aborted.
 * The terminal is then as it was before, also when the process exits meanwhile.
 */
export async function stepThrough(
  { title, record, case: c, violations }: Stepped,
  keyboard: Keyboard,
  screen: Screen,
  env: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<void> {
  const playback = new Playback(record, violations);
  const { colors, symbols } = terminalOutput(screen, env);
  let at = playback.focus;
  // Each piece of a screen has been escaped already.
  const draws = rawWriter(screen);
  const draw = (): void => {
    const style = { colors, symbols, columns: screen.columns ?? 80, rows: screen.rows ?? 24 };
    const lines = drawStep({ title, case: c, playback, at }, style).map((line) => line + REST_OF_LINE);
    const text = lines.join('\r\n');
    draws(HOME + (symbols.ascii ? toAscii(text) : text) + REST_OF_SCREEN);
  };
  emitKeypressEvents(keyboard);
  keyboard.setRawMode?.(true);
  draws(ENTER);
  screen.on('resize', draw);
  // The terminal is restored whatever ends the program.
  const restore = (): void => {
    draws(LEAVE);
    keyboard.setRawMode?.(false);
  };
  process.once('exit', restore);
  draw();
  try {
    await new Promise<void>((resolve) => {
      const press = (_text: string | undefined, key: Key): void => {
        if (leaves(key)) {
          keyboard.off('keypress', press);
          resolve();
          return;
        }
        const next = target(key, at, playback);
        if (next === undefined) return;
        at = Math.min(Math.max(0, next), playback.frames.length);
        draw();
      };
      keyboard.on('keypress', press);
      keyboard.once('end', resolve);
      signal?.addEventListener('abort', () => resolve());
      keyboard.resume();
    });
  } finally {
    screen.off('resize', draw);
    process.off('exit', restore);
    restore();
    keyboard.pause();
  }
}

function leaves({ name, ctrl }: Key): boolean {
  return name === 'q' || name === 'escape' || (ctrl === true && (name === 'c' || name === 'd'));
}

/** The frame that a key selects; undefined for other keys. The letters are those of less(1) and vi(1). */
function target({ name, ctrl, sequence }: Key, at: number, { frames, focus }: Playback): number | undefined {
  if (ctrl) return undefined;
  if (sequence === 'G') return frames.length;
  switch (name) {
    case 'right':
    case 'down':
    case 'space':
    case 'return':
    case 'j':
    case 'l':
      return at + 1;
    case 'left':
    case 'up':
    case 'backspace':
    case 'h':
    case 'k':
      return at - 1;
    case 'pagedown':
      return at + 10;
    case 'pageup':
      return at - 10;
    case 'home':
    case 'g':
      return 0;
    case 'end':
      return frames.length;
    case 'v':
      return focus;
    default:
      return undefined;
  }
}
