/** What every backend must do: the rules of docs/writing-a-backend.md, each as one check. */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isBadSurroundings, isSchedulable } from '../backends/backend.ts';
import { whyBadRecord } from '../injector/own-backend.ts';
import { firedIn } from '../record/read.ts';
import type { RunRecord } from '../record/record.ts';
import { commandCase } from './cases.ts';
import {
  dispose,
  eachRecord,
  Failed,
  NotApplicable,
  planFor,
  runPlan,
  type Subject,
  text,
  withinLimit,
} from './subject.ts';

export interface Check {
  readonly name: string;
  /** The rule, as docs/writing-a-backend.md has it. */
  readonly rule: string;
  /** Throws Failed or NotApplicable. */
  check(subject: Subject): Promise<void> | void;
}

/** The ends of a task that a SIGKILL has hit: dead, or dead before. */
const DEAD = ['killed', 'zombie', 'exited', 'untouched'];

export const CHECKS: readonly Check[] = [
  {
    name: 'capabilities',
    rule: 'capabilities() says what works here; the first entry has the name of the backend',
    async check({ backend, limit }) {
      const list = await withinLimit(limit, 'capabilities()', () => backend.capabilities());
      if (!Array.isArray(list) || list.length === 0) throw new Failed('it gave no list with at least one entry');
      for (const one of list) {
        const { name, available, detail } = one ?? {};
        if (typeof name !== 'string' || typeof available !== 'boolean' || typeof detail !== 'string')
          throw new Failed(`an entry is not { name, available, detail }: ${JSON.stringify(one)}`);
      }
      if (list[0]!.name !== backend.name)
        throw new Failed(`the first entry is ${list[0]!.name}, expected ${backend.name}`);
    },
  },
  {
    name: 'refuses',
    rule: 'refuses() gives a reason or undefined, the same each time, and changes nothing of the case',
    check({ backend, given }) {
      for (const c of given) {
        const { case: frozen, protocol } = planFor(c);
        const [first, second] = [0, 1].map(() => attempt(() => backend.refuses(frozen, protocol), c.title));
        if (first !== undefined && (typeof first !== 'string' || first === ''))
          throw new Failed(`of "${c.title}" it gives ${JSON.stringify(first)}, expected a reason or undefined`);
        if (first !== second) throw new Failed(`of "${c.title}" it says ${first} first, and ${second} then`);
      }
    },
  },
  {
    name: 'record-is-valid',
    rule: 'run() resolves in time with a record of the plan that fits the schema, whatever the restart does',
    check: (subject) =>
      eachRecord(subject, (record, plan) => {
        const why = whyBadRecord(record, plan, subject.backend.name);
        if (why !== undefined) throw new Failed(`the record of "${plan.case.title}" is not valid: ${why}`);
      }),
  },
  {
    name: 'record-is-json',
    rule: 'a record is plain JSON: what is read back is what was written',
    check: (subject) =>
      eachRecord(subject, (record, { case: c }) => {
        const back: unknown = JSON.parse(JSON.stringify(record));
        if (!isDeepStrictEqual(back, record)) throw new Failed(`the record of "${c.title}" changes when it is written`);
      }),
  },
  {
    name: 'events-are-in-order',
    rule: 'steps of events never go back, and actors are of the case',
    check: (subject) => eachRecord(subject, (record, { case: c }) => checkEvents(record, c.title)),
  },
  {
    name: 'fired-is-honest',
    rule: 'a fault counts as fired only where it did what it does',
    check: (subject) =>
      eachRecord(subject, (record, { case: c }) => {
        const fired = new Set(firedIn(record));
        for (const { name, verb, targets } of c.faults) {
          const [pid] = targets;
          if (verb !== 'kill' || !fired.has(name) || targets.length !== 1 || typeof pid !== 'number') continue;
          const { end } = record.final.tasks[pid] ?? { end: 'exited' };
          if (!DEAD.includes(end))
            throw new Failed(`in "${c.title}" the fault ${name}, a SIGKILL to ${pid}, has fired, and ${pid} is ${end}`);
        }
      }),
  },
  {
    name: 'same-seed-same-record',
    rule: 'with `deterministic`, or where steps can be chosen, the same plan and seed give the same record, whatever ran before',
    async check(subject) {
      const { backend, module, create, cases, limit } = subject;
      if (!backend.deterministic && !isSchedulable(backend)) throw new NotApplicable('it does not say `deterministic`');
      const first = new Map<string, RunRecord | undefined>();
      for (const c of cases) first.set(c.id, await runPlan(subject, planFor(c)));
      const other = await withinLimit(limit, 'create()', async () => module.create(create));
      try {
        for (const c of [...cases].reverse())
          for (const on of [backend, other])
            if (!isDeepStrictEqual(await runPlan(subject, planFor(c), on), first.get(c.id)))
              throw new Failed(`two runs of "${c.title}" with the same seed differ`);
      } finally {
        // That it ends is for a check of its own.
        await dispose(other, limit).catch(() => {});
      }
    },
  },
  {
    name: 'plan-is-unchanged',
    rule: 'the plan and its case belong to the caller: nothing of them is changed',
    check: (subject) =>
      eachRecord(subject, async (_, plan) => {
        const thawed = structuredClone({ ...plan });
        await runPlan(subject, thawed);
        if (!isDeepStrictEqual(thawed, { ...plan })) throw new Failed(`run() changes the plan of "${plan.case.title}"`);
      }),
  },
  {
    name: 'run-is-cut',
    rule: 'where steps are counted, a run of more than `maxSteps` is cut: `end: cut`',
    async check(subject) {
      if (!isSchedulable(subject.backend)) throw new NotApplicable('its steps are not counted: there is no open()');
      const c = subject.cases.find(({ tasks }) => tasks.length > 1) ?? subject.cases[0]!;
      const record = await runPlan(subject, planFor(c, { maxSteps: 1 }));
      if (record && record.end !== 'cut') throw new Failed(`with maxSteps: 1 the run of "${c.title}" is ${record.end}`);
    },
  },
  {
    name: 'keep-is-a-folder-for-files',
    rule: 'what helps to understand a run goes to `keep`, and nowhere else; the record does not depend on it',
    async check(subject) {
      const before = listFolder(process.cwd());
      const keep = path.join(subject.folder, 'keep');
      for (const c of subject.cases) {
        rmSync(keep, { recursive: true, force: true });
        mkdirSync(keep);
        const record = await runPlan(subject, planFor(c, { keep }));
        if (!existsSync(keep)) throw new Failed(`after "${c.title}" the folder is gone`);
        if (record && JSON.stringify(record).includes(keep))
          throw new Failed(`the record of "${c.title}" has the path of the folder`);
      }
      const added = listFolder(process.cwd()).filter((name) => !before.includes(name));
      if (added.length > 0) throw new Failed(`it leaves ${added.join(', ')} in the working folder`);
    },
  },
  {
    name: 'commands-need-permission',
    rule: 'the commands of a scenario are not run unless `allowCommands` is set',
    async check({ module, create, limit, folder }) {
      const marker = path.join(folder, 'ran');
      const c = commandCase(['/bin/sh', '-c', `: > ${marker}; sleep 1000`]);
      const backend = await module.create({ ...create, allowCommands: false });
      try {
        if (backend.refuses(c, c.restart.protocol) !== undefined) throw new NotApplicable('it refuses commands');
        await withinLimit(limit, 'run() of a case with a command', () => backend.run(planFor(c))).catch((error) => {
          if (error instanceof Failed) throw error;
          if (!isBadSurroundings(error)) throw new Failed(`it rejects, not with BadSurroundings: ${text(error)}`);
        });
        if (existsSync(marker)) throw new Failed('it ran the command of a scenario without permission');
      } finally {
        await dispose(backend, limit).catch(() => {});
      }
    },
  },
  {
    name: 'sweep-is-a-number',
    rule: 'sweep() gives a whole number of runs, at least 1',
    check({ backend, cases }) {
      if (!backend.sweep) throw new NotApplicable('it has no sweep()');
      for (const c of cases) {
        const runs = backend.sweep(c);
        if (!Number.isSafeInteger(runs) || runs < 1) throw new Failed(`of "${c.title}" it gives ${runs}`);
      }
    },
  },
  {
    name: 'dispose-releases',
    rule: 'dispose() resolves in time, also of a backend that ran nothing, and leaves no process and no timer',
    async check(subject) {
      const { module, create, limit, cases } = subject;
      const processes = childProcesses();
      const handles = process.getActiveResourcesInfo().length;
      for (const used of [false, true]) {
        const backend = await withinLimit(limit, 'create()', async () => module.create(create));
        if (used) {
          await withinLimit(limit, 'capabilities()', () => backend.capabilities());
          await runPlan(subject, planFor(cases[0]!), backend);
        }
        await withinLimit(limit, `dispose() of a backend that ran ${used ? 'a case' : 'nothing'}`, () =>
          attemptAsync(() => backend.dispose()),
        );
      }
      const left = childProcesses().filter((pid) => !processes.includes(pid));
      if (left.length > 0) throw new Failed(`it leaves processes: ${left.join(', ')}`);
      const held = process.getActiveResourcesInfo();
      if (held.length > handles) throw new Failed(`it leaves what keeps the program running: ${held.join(', ')}`);
    },
  },
];

function attempt<T>(call: () => T, title: string): T {
  try {
    return call();
  } catch (error) {
    throw new Failed(`of "${title}" it throws: ${text(error)}`);
  }
}

async function attemptAsync(call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (error) {
    throw new Failed(`dispose() rejects: ${text(error)}`);
  }
}

function checkEvents({ events, final }: RunRecord, title: string): void {
  let last = 0;
  const made = new Set(events.flatMap((event) => (event.kind === 'fork' ? [event.child] : [])));
  for (const { step, actor, kind } of events) {
    if (step < last) throw new Failed(`in "${title}" an event (${kind}) of step ${step} comes after step ${last}`);
    last = step;
    const isKnown = typeof actor === 'string' || actor in final.tasks || made.has(actor);
    if (!isKnown) throw new Failed(`in "${title}" the actor ${actor} of an event (${kind}) is no task of the case`);
  }
}

function listFolder(folder: string): string[] {
  return readdirSync(folder);
}

/** The children of this process; none where the system does not say. */
function childProcesses(): string[] {
  const threads = existsSync('/proc/self/task') ? readdirSync('/proc/self/task') : [];
  return threads.flatMap((thread) => {
    try {
      return readFileSync(`/proc/self/task/${thread}/children`, 'latin1').split(' ').filter(Boolean);
    } catch {
      return [];
    }
  });
}
