/**
 * docs/kernel-map.md: where the protocol's source differs from the patch. Names are equal, so that only the differences are
 * left. `npm run generate` writes it, a test keeps it current.
 */

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { markdownCell } from '../../reporters/words/markdown.ts';
import { type SourceFunction, sources } from '../../src/protocol/source.ts';
import { protocolNamed } from '../../src/protocol/stacks.ts';
import { ROOT } from '../../test/support/markdown.ts';

/** The functions that the patch adds or changes and that run in a restart, in its order. */
export const PATCH = [
  ...['restore_debug_task', 'restore_debug_getme', 'restore_debug_error', 'restore_debug_running'],
  ...['restore_debug_exit', 'restore_debug_free', 'ckpt_read_obj_type', 'restore_read_tree', 'all_tasks_activated'],
  ...['get_active_pid', 'is_task_active', 'restore_notify_error', 'get_task_ctx', 'set_task_ctx', 'clear_task_ctx'],
  ...['restore_task_done', 'restore_activate_next', 'wait_task_active', 'wait_task_sync', 'wait_checkpoint_ctx'],
  ...['wait_sync_threads', 'do_restore_task', '__prepare_descendants', 'prepare_descendants'],
  ...['wait_all_tasks_finish', 'choose_root_task', 'init_restart_ctx', '__destroy_descendants'],
  ...['destroy_descendants', 'do_restore_coord', 'do_restart', 'exit_checkpoint', 'ckpt_kread', 'ckpt_ctx_free'],
  ...['ckpt_ctx_alloc', 'ckpt_ctx_get', 'ckpt_ctx_put', 'ckpt_set_error', 'ckpt_set_success', 'do_sys_restart'],
  ...['ckpt_test_error', 'ckpt_test_complete', 'ckpt_get_error'],
];

/** A function's comment, without the name that it begins with. */
function readComment({ name, text }: SourceFunction): string {
  const comments = [...text.matchAll(/\/\*\*([\s\S]*?)\*\/\nexport/g)];
  const comment = (comments.at(-1)?.[1] ?? '').replace(/\s*\n \* ?/g, ' ').trim();
  return markdownCell(comment.replace(`${name}(): `, ''));
}

/** The page as it should be. */
export function kernelMap(): string {
  const known = new Set(PATCH);
  const own = sources()
    .filter(({ name }) => name !== 'user.ts')
    .flatMap(({ name: file, functions }) =>
      functions
        .filter(({ name }) => !known.has(name))
        .map((one) => `| [\`${one.name}()\`](../src/protocol/${file}) | ${readComment(one)} |`),
    );
  const base = new Set(sources().flatMap(({ functions }) => functions.map(({ name }) => name)));
  const added = ['series', 'hardened'].flatMap((protocol) =>
    protocolNamed(protocol)!
      .files()
      .flatMap(({ functions }) => functions.filter(({ name }) => !base.has(name)))
      .map((one) => [one.name, `| \`${one.name}()\` | ${protocol} | ${readComment(one)} |`] as const),
  );
  return `# Where the protocol's source differs from the patch

<!-- Made by npm run generate. -->

The restart that mktrouble simulates is Linux C/R v20, patch 30/96. [src/protocol/restart.ts](../src/protocol/restart.ts) is
read beside \`checkpoint/restart.c\`, [sys.ts](../src/protocol/sys.ts) beside \`checkpoint/sys.c\`,
[checkpoint.h.ts](../src/protocol/checkpoint.h.ts) beside \`include/linux/checkpoint.h\`: the same functions in the same order,
with the same names. [hooks.ts](../src/protocol/hooks.ts) has the lines in \`kernel/exit.c\` and \`kernel/fork.c\`. What the rest
of the series adds, our repairs, and the items of the changelog undone are [patches](../src/protocol/patches) of this text:
\`mktrouble protocol diff patch series\` shows them, [variants](variants.md) lists them.

## How C constructs are written

| in C | in the source | |
| --- | --- | --- |
| \`ctx->nr_pids\` read | \`yield* load(ctx.nr_pids)\` | a step of its own: another task may run before it |
| | \`peek(ctx.nr_pids)\` | within the step: no other task can change it or observe the moment |
| \`ctx->active_pid = n\` | \`yield* store(ctx.active_pid, n)\`, \`ctx.active_pid = n\` | the same for writes |
| \`&ctx->complete\` | \`ctx.complete\` | an address, as an argument |
| \`goto out\` | \`break out\` from the block \`out: { … }\` | |
| \`wait_event_interruptible(ctx->waitq, c)\` | the same | the condition is evaluated each time the task looks |
| \`restore_debug_task(…)\`, no debug build | \`if (!CONFIG_CHECKPOINT_DEBUG) return\` | |

## Not in the model

\`ckpt_debug()\` and the text of \`ckpt_err()\`; \`rcu_read_lock()\` (find and wake are in one step or are steps of their own
anyway); references of tasks and namespaces (\`get_task_struct()\`, \`get_nsproxy()\`); \`ckpt_hdr_put()\` and \`kfree()\` of what
no other task sees; all of checkpoint. \`ctx->file\` is the number of the next object, \`ctx->pids_arr\` its size in bytes, an
entry of \`ctx->task_status\` two words of its task. \`at(…)\` and \`trace_…(…)\` are trace points: they change nothing.

## Functions that patch 30/96 does not have

| function | what it is |
| --- | --- |
${own.join('\n')}

Patches add:

| function | in | what it is |
| --- | --- | --- |
${[...new Map(added).values()].join('\n')}

The [kernel below](../src/backends/simulated/kernel) is Linux 2.6.33 as far as a restart can observe it, on one processor whose
preemption may fall before every access to what tasks share. Its functions have the kernel's names, and know nothing of restart.
`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(path.join(ROOT, 'docs/kernel-map.md'), kernelMap());
