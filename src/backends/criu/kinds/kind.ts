/** A kind of state that a process has beside what the agent sees, read from outside, in /proc. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { CriuFacts } from '../../../record/criu.ts';

/**
 * A folder of /proc and what was read of it already: several kinds read the same file. A file that cannot be read is empty: a
 * kernel built without it, or a task that has exited meanwhile.
 */
export class ProcFolder {
  readonly path: string;
  readonly #texts = new Map<string, string>();

  constructor(path: string) {
    this.path = path;
  }

  /** A file of the folder. */
  text(file: string): string {
    let text = this.#texts.get(file);
    if (text === undefined) {
      text = orNone(() => readFileSync(`${this.path}/${file}`, 'latin1'), '');
      this.#texts.set(file, text);
    }
    return text;
  }

  /** The target of a link; empty where there is none. */
  link(file: string): string {
    return orNone(() => readlinkSync(`${this.path}/${file}`), '');
  }

  /** The names of a folder. */
  list(folder: string): string[] {
    return orNone(() => readdirSync(`${this.path}/${folder}`), []);
  }

  /** A line of `status`, without its name: `status('Umask')`. */
  status(field: string): string {
    const text = this.text('status');
    const at = text.indexOf(`\n${field}:`);
    if (at < 0) return '';
    const end = text.indexOf('\n', at + 1);
    return text.slice(at + field.length + 2, end).trim();
  }

  /** A field of `stat`, by its number in proc_pid_stat(5), from 3: the two before are the pid and the name. */
  stat(number: number): string {
    const text = this.text('stat');
    return (
      text
        .slice(text.lastIndexOf(')') + 2)
        .split(' ')
        [number - 3]?.trim() ?? ''
    );
  }
}

function orNone<T>(read: () => T, none: T): T {
  try {
    return read();
  } catch {
    return none;
  }
}

export interface Kind {
  /** `process`: it is one of the whole process; `thread`: each thread has its own. */
  readonly of: 'process' | 'thread';
  /**
   * Whether a program that runs may change it at any time by what it does: then it is compared only while CRIU holds the program.
   */
  readonly changes: boolean;
  /** The facts by name, `umask`, or by name and item, `open file 3`. */
  read(folder: ProcFolder): CriuFacts;
}
