/** The keys of `run --watch` on a terminal, and a line that is typed there. */
import { emitKeypressEvents, type Key } from 'node:readline';
import type { ReadStream } from 'node:tty';

/** What a key asks for. */
export type Asked =
  | { readonly kind: 'again' | 'all' | 'failed' | 'quit' | 'help' }
  /** Only cases whose title matches this regular expression; empty: all. */
  | { readonly kind: 'title'; readonly pattern: string };

export const KEYS: Readonly<Record<string, { readonly kind: Asked['kind']; readonly what: string }>> = {
  enter: { kind: 'again', what: 'run the same again' },
  a: { kind: 'all', what: 'run all cases' },
  f: { kind: 'failed', what: 'run the cases that failed' },
  t: { kind: 'title', what: 'run the cases with a title that matches' },
  q: { kind: 'quit', what: 'quit' },
  h: { kind: 'help', what: 'show these keys' },
};

/** The terminal's input, as far as it is used here. */
export type Input = Pick<ReadStream, 'isTTY' | 'on' | 'off' | 'resume' | 'pause' | 'setRawMode'>;

export interface Keys {
  /** What is asked for next; what was asked for meanwhile is not lost. Never resolves where there is no terminal. */
  next(): Promise<Asked>;
  /** The terminal is as it was before. */
  close(): void;
}

/** Reads keys; `echo` shows what is typed. Ctrl-C is a signal, as without raw mode. */
export function readKeys(input: Input, echo: (text: string) => void): Keys {
  if (!input.isTTY) return { next: () => new Promise(() => {}), close() {} };
  const asked: Asked[] = [];
  let waiting: ((asked: Asked) => void) | undefined;
  let typed: string | undefined;
  const ask = (one: Asked): void => {
    if (waiting) waiting(one);
    else asked.push(one);
    waiting = undefined;
  };
  const type = (text: string | undefined, { name }: Key): void => {
    if (name === 'return') {
      echo('\n');
      ask({ kind: 'title', pattern: typed! });
      typed = undefined;
    } else if (name === 'escape') {
      echo('\n');
      typed = undefined;
    } else if (name === 'backspace') {
      if (typed !== '') echo('\b \b');
      typed = typed!.slice(0, -1);
    } else if (text !== undefined && text >= ' ') {
      echo(text);
      typed += text;
    }
  };
  const press = (text: string | undefined, key: Key): void => {
    if (key.ctrl && key.name === 'c') process.kill(process.pid, 'SIGINT');
    else if (typed !== undefined) type(text, key);
    else {
      const kind = KEYS[key.name === 'return' ? 'enter' : (key.name ?? '')]?.kind;
      if (kind === 'title') {
        typed = '';
        echo('  title: ');
      } else if (kind !== undefined) ask({ kind });
    }
  };
  emitKeypressEvents(input as ReadStream);
  input.setRawMode(true);
  input.on('keypress', press);
  input.resume();
  return {
    next() {
      const first = asked.shift();
      return first
        ? Promise.resolve(first)
        : new Promise((resolve) => {
            waiting = resolve;
          });
    },
    close() {
      input.off('keypress', press);
      input.setRawMode(false);
      input.pause();
    },
  };
}

/** The keys in a line each. */
export function describeKeys(): string {
  return Object.entries(KEYS)
    .map(([key, { what }]) => `    ${key.padEnd(6)} ${what}\n`)
    .join('');
}
