/** The context is freed exactly once. */
import type { Case } from '../../model/case.ts';
import type { Finding, RunRecord } from '../../record/record.ts';
import type { Violation } from '../../record/verdict.ts';
import { listFindings } from '../findings.ts';
import { Holders } from '../holders.ts';
import { isOver, type Property } from '../property.ts';
import { isDead, readStory, type Story } from '../story.ts';
import { readTree } from '../tree.ts';

const name = 'context-freed-once';
const KINDS: ReadonlySet<Finding['kind']> = new Set(['reference-leak', 'double-free', 'use-after-free']);

export const contextFreedOnce: Property = {
  name,
  title: 'The context is freed exactly once',
  statement:
    'By the end, when every task that had a reference to the context is dead or has left restart, the context has been freed exactly once, and no task used it afterwards. References that waiting, frozen or other living tasks still hold are not leaks; more references than those tasks can hold are.',
  source: 'docs/protocol.md, "The call" (6) and "Exit"; ckpt_ctx_get, ckpt_ctx_put, ckpt_ctx_free, exit_checkpoint',
  hint: 'Which get has no put? Look at a fork that fails, at tasks that die, and at tasks that were marked while they died.',
  check(c, record) {
    const violations: Violation[] = listFindings(record, KINDS).map(({ text, step }) => ({
      property: name,
      message: text,
      ...step,
    }));
    const [, again] = record.events.filter(({ kind }) => kind === 'free');
    if (again) violations.push({ property: name, message: 'the context is freed a second time', step: again.step });
    const { context } = record.final;
    if (!isOver(record) || !context || context.freed) return violations;
    const held = mayBeHeld(c, record, readStory(c, record));
    if (context.references > 0 && context.references <= held) return violations;
    violations.push({
      property: name,
      message: `the context is not freed: ${context.references} references are left, and those still there can hold ${held}`,
      expected: held === 0 ? 'freed' : `at most ${held} references`,
      actual: `${context.references} references`,
    });
    return violations;
  },
};

/** How many references the remaining tasks can hold: one for its checkpoint_ctx, and within restart one of its own. */
function mayBeHeld(c: Case, record: RunRecord, { tasks, elsewhere }: Story): number {
  const holders = new Holders(c, elsewhere);
  for (const event of record.events) holders.see(event);
  const inside = tasks.filter(
    ({ final }) => final.end === 'frozen' || (final.end === 'waiting' && final.at !== 'sync-1'),
  ).length;
  const { tasks: declared } = readTree(c);
  const buried = tasks.filter(
    ({ pid, final }) => holders.has(pid) && (isDead(final) || declared.get(pid)?.state === 'dead'),
  ).length;
  const coordinator = record.final.coordinator.end === 'waiting' ? 1 : 0;
  return holders.all().size - buried + inside + coordinator;
}
