/** Judges mutants in a process of its own, which is killed when a mutant does not end or needs too much memory. */
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Answer, Task } from './worker.ts';

/**
 * Seconds of processor time that a case may take: the whole suite needs less when nothing is changed. Not of the clock, so that a
 * busy machine kills no mutant.
 */
const LIMIT = 60;

/** Processor time of a process, 0 once it has ended (proc_pid_stat(5): fields 14 and 15, in ticks of 10 ms). */
function cpuSeconds(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11);
    return (Number(user) + Number(system)) / 100;
  } catch {
    return 0;
  }
}

export class Warden {
  private child: ChildProcess | undefined;

  private start(): ChildProcess {
    this.child ??= fork(path.join(import.meta.dirname, 'worker.ts'), {
      execArgv: ['--import', 'tsx', '--max-old-space-size=3000'],
    });
    return this.child;
  }

  stop(): void {
    this.child?.removeAllListeners();
    this.child?.kill('SIGKILL');
    this.child = undefined;
  }

  /** Judges a mutant; one that a case takes too long for, or too much memory, is killed by that. */
  judge(task: Task): Promise<Answer> {
    return new Promise((resolve) => {
      const child = this.start();
      let at = -1;
      let timer: NodeJS.Timeout | undefined;
      const end = (answer: Answer): void => {
        clearInterval(timer);
        child.removeAllListeners();
        resolve(answer);
      };
      const giveUp = (by: string): void => {
        this.stop();
        end({ kind: 'killed', case: at, by });
      };
      child.on('message', (answer: Answer) => {
        if (answer.kind !== 'at') return end(answer);
        at = answer.case;
        clearInterval(timer);
        const limit = cpuSeconds(child.pid!) + LIMIT;
        timer = setInterval(() => cpuSeconds(child.pid!) > limit && giveUp('it does not end'), 1000);
      });
      child.once('exit', () => giveUp('it needs too much memory'));
      child.send(task);
    });
  }
}
