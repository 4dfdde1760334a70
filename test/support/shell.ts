/** A shell into which commands are pasted one by one: the folder and the variables stay from one to the next. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { isShown, type PastedCommand } from './shell-page.ts';

export interface Pasted {
  readonly code: number;
  /** Standard output and standard error, as a terminal shows them. */
  readonly printed: string;
}

/** Ends what a command prints, with its exit code. */
const END = /<<ended with (\d+)>>\n$/;

export class Shell {
  readonly #child: ChildProcess;
  readonly #file: string;
  #printed = '';
  #hears: () => void = () => {};
  #isOver = false;

  /** `work`: a folder for the text of commands. */
  constructor(cwd: string, work: string, env: Readonly<Record<string, string>>) {
    this.#file = path.join(work, 'pasted.sh');
    // A group of its own, which Ctrl-C reaches as it does in a terminal.
    this.#child = spawn('bash', [], { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'ignore'] });
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.#printed += text;
      this.#hears();
    });
    this.#child.on('close', () => {
      this.#isOver = true;
      this.#hears();
    });
    this.#child.stdin!.write('exec 2>&1\ntrap : INT\nlast=0\n');
  }

  /** Runs a command to its end; one that the page ends by Ctrl-C until it has printed what the page shows. Rejects when the shell ends. */
  async paste({ text, output, isInterrupted }: PastedCommand): Promise<Pasted> {
    this.#printed = '';
    // Without output every command of the text has to succeed.
    writeFileSync(this.#file, output === undefined ? `set -e\n${text}\nset +e\n` : `${text}\n`);
    this.#child.stdin!.write(`(exit $last)\n. '${this.#file}' < /dev/null\nlast=$?; echo "<<ended with $last>>"\n`);
    if (isInterrupted) {
      await this.#until(() => isShown([...output!, '...'], this.#printed));
      process.kill(-this.#child.pid!, 'SIGINT');
    }
    await this.#until(() => END.test(this.#printed));
    const [end, code] = END.exec(this.#printed)!;
    return { code: Number(code), printed: this.#printed.slice(0, -end.length) };
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.#isOver) throw new Error(`the shell has ended:\n${this.#printed}`);
      await new Promise<void>((resolve) => {
        this.#hears = resolve;
      });
    }
  }

  /** Ends the shell, and what it has started. */
  end(): void {
    if (!this.#isOver) process.kill(-this.#child.pid!, 'SIGKILL');
  }
}
