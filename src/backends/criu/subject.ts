/** The subject: a program of the user's that is started in place of the tree, waited for, and watched to its end. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ready, type Subject, signText } from '../../model/subject.ts';
import type { CriuEnd, CriuOutput } from '../../record/criu.ts';
import { endText, outputText } from '../../record/program-text.ts';
import { BadSurroundings } from '../backend.ts';
import { CASE_FOLDER, endFrom, outputOf, quoted, startCommand } from './command.ts';
import { showsSign } from './ready.ts';
import type { Stage } from './stage.ts';

const READY_PAUSE = 10;

export class Program {
  readonly #stage: Stage;
  readonly #subject: Subject;
  readonly #pid: number;

  private constructor(stage: Stage, subject: Subject, pid: number) {
    this.#stage = stage;
    this.#subject = subject;
    this.#pid = pid;
  }

  /** Writes its files and starts it. Rejects with BadSurroundings when it cannot be started. */
  static async start(stage: Stage, subject: Subject, pid: number, inner: boolean): Promise<Program> {
    await writeFiles(stage, subject);
    const { command: words, env } = subject;
    await startCommand(stage, { name: 'subject', pid, inner, folder: folderOf(subject), env, words });
    return new Program(stage, subject, pid);
  }

  /** How it ended; undefined while it runs. */
  get end(): CriuEnd | undefined {
    const status = this.#stage.endOf(this.#pid);
    return status === undefined ? undefined : endFrom(status);
  }

  output(): Promise<CriuOutput> {
    return outputOf(this.#stage, 'subject');
  }

  /** Rejects with BadSurroundings when it has ended. `when`: before what. */
  async mustRun(when: string): Promise<void> {
    const { end } = this;
    if (!end) return;
    const hint =
      end.exit === 0
        ? 'The process that the command starts must stay: mktrouble dumps it and what is below it (no daemon mode).\n'
        : '';
    throw new BadSurroundings(
      `the subject ${endText(end)} before ${when}\n  ${quoted(this.#subject.command)}\n${hint}${outputText(await this.output())}`,
    );
  }

  /** Waits for a sign. Rejects with BadSurroundings when it does not come in time, or the program has ended. */
  async waitFor({ sign, timeout }: Ready): Promise<void> {
    const until = performance.now() + timeout;
    while (!(await showsSign(this.#stage, sign, folderOf(this.#subject)))) {
      await this.mustRun(`it was ready: waited for ${signText(sign)}`);
      if (performance.now() > until) {
        throw new BadSurroundings(
          `the subject is not ready after ${timeout} ms: waited for ${signText(sign)}\n  ${quoted(this.#subject.command)}\n${outputText(await this.output())}`,
        );
      }
      await sleep(READY_PAUSE);
    }
  }
}

/** The working folder of a subject, as it is called inside. */
export function folderOf(subject: Subject | undefined): string {
  return path.resolve(CASE_FOLDER, subject?.cwd ?? '.');
}

async function writeFiles(stage: Stage, subject: Subject): Promise<void> {
  await mkdir(stage.inside(CASE_FOLDER), { recursive: true });
  const folder = folderOf(subject);
  if (folder.startsWith(`${CASE_FOLDER}/`)) await mkdir(stage.inside(folder), { recursive: true });
  for (const file of subject.files) {
    const target = stage.inside(path.join(CASE_FOLDER, file.path));
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, file.text);
    // Whatever the umask is.
    await chmod(target, file.mode);
  }
}
