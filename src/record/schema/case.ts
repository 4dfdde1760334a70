/** The case that a report was made from. */
import * as z from 'zod';
import { OPTIONAL_WORDS } from '../../model/criu.ts';
import { actor, count, list, name, POSITION, pid, text, whole } from './scalars.ts';

const TASK = z.looseObject({
  pid,
  name: name.optional(),
  parent: actor,
  leader: pid,
  creator: actor,
  state: z.enum(['alive', 'zombie', 'dead']),
  exitCode: whole,
  ghost: z.boolean(),
  sibling: z.boolean(),
  session: pid,
  pgid: pid,
  tracedBy: z.union([z.literal('outsider'), pid]).optional(),
  owner: z.enum(['self', 'stranger']),
  restartingItself: z.boolean(),
  absent: z.boolean(),
  exits: z.boolean(),
  flags: whole,
  forkedLate: count.optional(),
});

const WHEN = z.union([
  z.looseObject({ kind: z.enum(['any', 'start']) }),
  z.looseObject({ kind: z.literal('task'), task: pid, at: name }),
  z.looseObject({ kind: z.enum(['coordinator', 'criu', 'moment']), at: name }),
  z.looseObject({ kind: z.literal('after'), fault: name }),
]);

const OWN_VALUES = z.record(name, z.union([text, z.number(), z.boolean()]));

const FAULT = z.looseObject({
  verb: z.enum(['signal', 'kill', 'stop', 'ptrace', 'fork', 'fail', 'wake', 'delay', 'exit', 'own']),
  own: z.looseObject({ verb: name, with: OWN_VALUES }).optional(),
  name,
  targets: list(actor),
  signal: name.optional(),
  failure: name.optional(),
  errno: name.optional(),
  call: count.optional(),
  times: count,
  child: pid.optional(),
  when: WHEN,
  position: POSITION.optional(),
});

export const MATRIX = z.record(name, z.union([text, z.number(), z.boolean()]));

export const CASE = z
  .looseObject({
    id: name,
    scenario: name,
    title: name,
    why: text.optional(),
    tags: list(name),
    matrix: MATRIX,
    position: POSITION,
    tasks: list(TASK),
    image: z.looseObject({
      pids: list(whole),
      nrTasks: whole,
      records: list(z.looseObject({ pid: whole, zombie: z.boolean(), retval: whole })),
      damage: list(
        z.looseObject({ kind: z.enum(['truncate', 'corrupt']), object: name, index: whole, at: whole, xor: whole }),
      ),
    }),
    restart: z.looseObject({
      pid: whole,
      coordinatorPid: whole,
      flags: whole,
      protocol: name,
      backends: list(name),
    }),
    faults: list(FAULT),
    criu: z
      .looseObject({
        namespace: z.enum(['host', 'own']),
        interface: name.optional(),
        scriptFails: list(name),
        taken: list(pid),
        optional: list(z.enum(OPTIONAL_WORDS)).optional(),
        limits: z.record(
          name,
          z.looseObject({ pids: count.optional(), files: count.optional(), fileSize: count.optional() }),
        ),
        syscalls: list(
          z.looseObject({ of: name, call: name, number: count, errno: name.optional(), signal: name.optional() }),
        ),
        servers: z
          .record(name, z.looseObject({ fault: name.optional(), after: z.union([whole, name]).optional() }))
          .optional(),
        images: list(
          z.looseObject({
            kind: name,
            file: name.optional(),
            target: name.optional(),
            path: list(whole).optional(),
            nth: list(whole).optional(),
            set: z.record(name, list(whole)).optional(),
          }),
        ),
        repeat: count,
      })
      .optional(),
    runtime: z
      .looseObject({
        name,
        rounds: list(name),
        faults: list(
          z.looseObject({ kind: name, value: name, of: name, call: name.optional(), number: count.optional() }),
        ),
        repeat: count,
      })
      .optional(),
    subject: z.looseObject({ command: list(text) }).optional(),
    positions: z.record(name, POSITION),
  })
  .refine(({ tasks }) => isTree(tasks), {
    message: 'each task once, and after the task that made it',
    path: ['tasks'],
  });

/** Whether each task comes once, and after those that it is below: what draws a tree goes down, and ends. */
function isTree(tasks: readonly z.infer<typeof TASK>[]): boolean {
  const all = new Set(tasks.map((task) => task.pid));
  if (all.size !== tasks.length) return false;
  const seen = new Set<unknown>();
  return tasks.every(({ pid: own, parent, creator, leader }) => {
    const isAbove = [parent, creator, leader].every((one) => !all.has(one as number) || seen.has(one) || one === own);
    seen.add(own);
    return isAbove && parent !== own && creator !== own;
  });
}
