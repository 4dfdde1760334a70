/** A call of CRIU for a case: started on its stage, waited for, and told as the record has it. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Case } from '../../model/case.ts';
import type { CriuCall } from '../../model/criu.ts';
import type { CriuRun } from '../../record/criu.ts';
import { type Seen, toTasks } from './census.ts';
import { type CallOptions, LOG_CAP, limitOf, runLine, WORK } from './command-line.ts';
import { errorsOf, lastLineOf } from './log.ts';
import { type Stage, StageError, type StageEvent } from './stage.ts';

export interface Calling extends Omit<CallOptions, 'cgroup'> {
  /** The name of its log, in WORK. */
  readonly log: string;
  /** Called when CRIU's action script waits for an answer. */
  readonly atStage: (stage: string) => Promise<void>;
  /** Called once CRIU is at work. */
  readonly meanwhile?: (() => void) | undefined;
}

export interface Called {
  readonly run: CriuRun;
  /** Microseconds that it took. */
  readonly time: number;
}

/** Calls CRIU. Rejects with StageError when it, or its action script, can't be started. */
export async function callCriu(stage: Stage, c: Case, of: CriuCall, options: Calling): Promise<Called> {
  const { log, plain, program, atStage, meanwhile } = options;
  const cgroup = plain ? undefined : await limitPids(stage, c, of);
  let waiting: readonly Seen[] | undefined;
  const ended = new Promise<Extract<StageEvent, { event: 'ended' }>>((resolve, reject) => {
    stage.listener = (event) => {
      if (event.event === 'ended') resolve(event);
      else if (event.event === 'hangs') waiting = event.tasks as readonly Seen[];
      else atStage(event.stage).catch(reject);
    };
  });
  const error = await stage.do(runLine(c, of, log, { ...options, cgroup }));
  if (error < 0) throw new StageError(`CRIU can not be started (errno ${-error})`);
  meanwhile?.();
  const { status, us, timedOut, flooded } = await ended;
  const text = await readFile(stage.inside(path.join(WORK, log)), 'utf8').catch(() => '');
  // Other programs that it starts may be missing here, iptables-restore for one: that is for CRIU to say.
  const broken = text.split('\n').find((line) => line.includes(`execvp("${program}"`) && line.includes('failed'));
  if (broken !== undefined) throw new StageError(`the action script does not start: ${broken}`);
  const errors = errorsOf(text);
  const lastLine = lastLineOf(text);
  const run: CriuRun = {
    of,
    ...((status & 0x7f) === 0 ? { exit: status >> 8 } : { signal: status & 0x7f }),
    ...(timedOut && { timedOut: limitOf(c) }),
    ...(flooded && { flooded: LOG_CAP }),
    duration: Math.round(us / 100) / 10,
    errors,
    ...(status !== 0 && errors.length === 0 && lastLine !== undefined && { lastLine }),
    ...(waiting && {
      waiting: toTasks(
        c,
        waiting.filter(({ role }) => role !== 'bystander'),
      ),
    }),
  };
  return { run, time: us };
}

/** The file that puts a process into the cgroup, with the limit that this call has. */
async function limitPids({ cgroup }: Stage, c: Case, of: CriuCall): Promise<string | undefined> {
  const limit = c.criu?.limits[of]?.pids;
  if (cgroup === undefined || limit === undefined) return undefined;
  await writeFile(path.join(cgroup, 'pids.max'), String(limit));
  return path.join(cgroup, 'cgroup.procs');
}
