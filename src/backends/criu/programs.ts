/** The programs of a case: its subject, in place of the tree, and the subject's load; from their start to their end. */
import type { Case } from '../../model/case.ts';
import type { CriuSubject } from '../../record/criu.ts';
import { endFrom } from './command.ts';
import { computeTimeLimit } from './command-line.ts';
import type { Observer } from './observer.ts';
import type { Sandbox } from './sandbox.ts';
import { Program } from './subject.ts';

/** Milliseconds in which a restored program shows that it runs. */
const WATCHED = 100;

export class Programs {
  readonly #sandbox: Sandbox;
  readonly #case: Case;
  readonly #observer: Observer;
  #subject: Program | undefined;
  #load: Program | undefined;
  /** The pid around the tree of a root that was restored. */
  #root: number | undefined;
  #endedBeforeDump = false;

  constructor(sandbox: Sandbox, c: Case, observer: Observer) {
    this.#sandbox = sandbox;
    this.#case = c;
    this.#observer = observer;
  }

  /** Starts those that the case has. Rejects with BadSurroundings when one does not start, or is not ready in time. */
  async start(): Promise<void> {
    const { subject, tasks, criu } = this.#case;
    if (!subject) return;
    this.#subject = await Program.start(this.#sandbox, subject, tasks[0]!.pid, criu?.namespace === 'own');
    if (subject.ready) await this.#subject.waitFor(subject.ready);
    else await this.#observer.settle();
    await this.#subject.mustRun('the dump');
    if (!subject.load) return;
    this.#load = await Program.startLoad(this.#sandbox, subject, subject.load);
    this.#observer.exclude(this.#load.pid);
  }

  /** Rejects with BadSurroundings when one has ended. `isHit`: a fault has hit the tree, so the end of the subject is the scenario's doing. */
  async mustRunBeforeDump(isHit: boolean): Promise<void> {
    if (!isHit) await this.#subject?.mustRun('the dump');
    await this.#load?.mustRun('the dump');
  }

  /** CRIU begins to dump. */
  dumpBegins(isHit: boolean): void {
    this.#endedBeforeDump = this.#subject?.end !== undefined && !isHit;
  }

  /** After the dump. Rejects with BadSurroundings when the subject had ended by itself before it began. */
  async mustHaveRunUntilDump(): Promise<void> {
    if (this.#endedBeforeDump) await this.#subject?.mustRun('the dump');
  }

  /** CRIU is about to let a restored root run; undefined: it has restored none. */
  async isRestoredAs(root: number | undefined): Promise<void> {
    this.#root = root;
    if (root === undefined) return;
    await this.#sandbox.watch(root);
    this.#subject?.isRestoredAs(root);
  }

  /** A restored program runs for a while, or, where an exit code is expected of it, to its end. */
  async letRun(exitCode: number | undefined): Promise<void> {
    const limit = exitCode === undefined ? WATCHED : computeTimeLimit(this.#case);
    if (this.#root !== undefined) await this.#sandbox.waitForEnd(this.#root, limit);
  }

  /** What the record has of the subject. `isRestored`: by the last call. */
  async describe(isRestored: boolean): Promise<CriuSubject | undefined> {
    const { subject } = this.#case;
    if (!subject || !this.#subject) return undefined;
    const status = this.#root === undefined || !isRestored ? undefined : this.#sandbox.endOf(this.#root);
    return {
      command: subject.command,
      ...(status !== undefined && { end: endFrom(status) }),
      output: await this.#subject.output(),
    };
  }
}
