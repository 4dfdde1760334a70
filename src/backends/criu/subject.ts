/** The subject, a program of the user's in place of the tree, and its load: started, waited for, and watched to the end. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Load, type Ready, type Subject, signText } from '../../model/subject.ts';
import type { CriuEnd, CriuOutput } from '../../record/criu.ts';
import { endText, outputText } from '../../record/program-text.ts';
import { BadSurroundings, MissingHere } from '../backend.ts';
import { CASE_FOLDER, type Command, endFrom, quoted, readOutput, startCommand } from './command.ts';
import { showsSign } from './ready.ts';
import type { Sandbox } from './sandbox.ts';

const READY_PAUSE = 10;
/** With this a program says that the machine does not have what it needs: a convention of automake and others. */
const SKIPPED = 77;

export class Program {
  readonly #sandbox: Sandbox;
  readonly #command: Command;
  /** The number that it has around the tree. */
  #pid: number;

  private constructor(sandbox: Sandbox, command: Command, pid: number) {
    this.#sandbox = sandbox;
    this.#command = command;
    this.#pid = pid;
  }

  /** Writes the files of a subject and starts it. Rejects with BadSurroundings when it cannot be started. */
  static async start(sandbox: Sandbox, subject: Subject, pid: number, inner: boolean): Promise<Program> {
    await writeFiles(sandbox, subject);
    const { command: words, env } = subject;
    return Program.#start(sandbox, { name: 'subject', pid, inner, folder: resolveFolder(subject), env, words });
  }

  /** Starts the load of a subject that is ready, outside of the tree, and waits until it is at work. Rejects with BadSurroundings. */
  static async startLoad(sandbox: Sandbox, subject: Subject, { command: words, ready }: Load): Promise<Program> {
    const { env } = subject;
    const load = await Program.#start(sandbox, {
      name: 'load',
      pid: 0,
      inner: false,
      folder: resolveFolder(subject),
      env,
      words,
    });
    await load.waitFor(ready);
    return load;
  }

  static async #start(sandbox: Sandbox, command: Command): Promise<Program> {
    return new Program(sandbox, command, await startCommand(sandbox, command));
  }

  get pid(): number {
    return this.#pid;
  }

  /** A restored copy takes its place. */
  isRestoredAs(pid: number): void {
    this.#pid = pid;
  }

  /** How it ended; undefined while it runs. */
  get end(): CriuEnd | undefined {
    const status = this.#sandbox.endOf(this.pid);
    return status === undefined ? undefined : endFrom(status);
  }

  output(): Promise<CriuOutput> {
    return readOutput(this.#sandbox, this.#command.name);
  }

  /** Rejects with BadSurroundings when it has ended; with MissingHere when its status says so. `when`: before what. */
  async mustRun(when: string): Promise<void> {
    const { end } = this;
    if (!end) return;
    const { name, words } = this.#command;
    const output = await this.output();
    if (end.exit === SKIPPED)
      throw new MissingHere((output.stderr || output.stdout).trim() || `the ${name} ${endText(end)}: ${quoted(words)}`);
    const hint =
      end.exit === 0 && name === 'subject'
        ? 'The process that the command starts must stay: mktrouble dumps it and what is below it (no daemon mode).\n'
        : '';
    throw new BadSurroundings(
      `the ${name} ${endText(end)} before ${when}\n  ${quoted(words)}\n${hint}${outputText(output)}`,
    );
  }

  /** Waits for a sign. Rejects with BadSurroundings when it does not come in time, or the program has ended. */
  async waitFor({ sign, timeout }: Ready): Promise<void> {
    const { name, folder, words } = this.#command;
    const until = performance.now() + timeout;
    while (!(await showsSign(this.#sandbox, sign, name, folder))) {
      await this.mustRun(`it was ready: waited for ${signText(sign)}`);
      if (performance.now() > until) {
        throw new BadSurroundings(
          `the ${name} is not ready after ${timeout} ms: waited for ${signText(sign)}\n  ${quoted(words)}\n${outputText(await this.output())}`,
        );
      }
      await sleep(READY_PAUSE);
    }
  }
}

/** The working folder of a subject, as it is called inside. */
export function resolveFolder(subject: Subject | undefined): string {
  return path.resolve(CASE_FOLDER, subject?.cwd ?? '.');
}

async function writeFiles(sandbox: Sandbox, subject: Subject): Promise<void> {
  await mkdir(sandbox.inside(CASE_FOLDER), { recursive: true });
  const folder = resolveFolder(subject);
  if (folder.startsWith(`${CASE_FOLDER}/`)) await mkdir(sandbox.inside(folder), { recursive: true });
  for (const file of subject.files) {
    const target = sandbox.inside(path.join(CASE_FOLDER, file.path));
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, file.text);
    // Whatever the umask is.
    await chmod(target, file.mode);
  }
}
