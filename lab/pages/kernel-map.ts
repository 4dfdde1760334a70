/**
 * docs/kernel-map.md, made of the doc comments of the simulated restart and of the kernel below it: each names its
 * counterpart. `npm run generate` writes it, a test keeps it current.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../test/support/markdown.ts';

/** The functions of the patch that run in a restart, in its order. */
export const PATCH = [
  ...['restore_debug_task', 'restore_debug_getme', 'restore_debug_error', 'restore_debug_running'],
  ...['restore_debug_exit', 'restore_debug_free', 'restore_read_tree', 'all_tasks_activated', 'get_active_pid'],
  ...['is_task_active', 'restore_notify_error', 'get_task_ctx', 'set_task_ctx', 'clear_task_ctx', 'restore_task_done'],
  ...['restore_activate_next', 'wait_task_active', 'wait_task_sync', 'wait_checkpoint_ctx', 'wait_sync_threads'],
  ...['do_restore_task', '__prepare_descendants', 'prepare_descendants', 'wait_all_tasks_finish', 'choose_root_task'],
  ...['init_restart_ctx', '__destroy_descendants', 'destroy_descendants', 'do_restore_coord', 'do_restart'],
  ...['exit_checkpoint', 'copy_process', 'ckpt_ctx_get', 'ckpt_ctx_put', 'ckpt_set_error', 'ckpt_set_success'],
  ...['ckpt_get_error', 'ckpt_test_error', 'ckpt_test_complete'],
];

const MODEL = 'src/backends/simulated';
/** Rooms that are the machine, not the kernel: memory, and what is looked at from outside. */
const NO_KERNEL = new Set(['layout.ts', 'memory.ts', 'seen.ts', 'variant.ts', 'errno.ts', 'world.ts']);

/** How a comment says what its function is in C: the function's name, or a part of it ("The condition of f()"). */
const COUNTERPART = /^(?:The \w+ of )?(\w+)\(\)/;

interface ModelFunction {
  readonly name: string;
  readonly file: string;
  /** Whether another task may come in between. */
  readonly hasSteps: boolean;
  readonly comment: string;
  /** The C function that it is, or is a part of. */
  readonly counterpart: string | undefined;
}

function functionsOf(room: string): ModelFunction[] {
  return readdirSync(path.join(ROOT, MODEL, room))
    .filter((file) => !NO_KERNEL.has(file))
    .flatMap((file) => {
      const text = readFileSync(path.join(ROOT, MODEL, room, file), 'utf8');
      const found = text.matchAll(/(?:\/\*\*((?:(?!\*\/).)*)\*\/\n)?export function(\*?) (\w+)/gs);
      return [...found].map(([, said = '', star, name]) => {
        const comment = said.replace(/\s*\n \* ?/g, ' ').trim();
        return {
          name: name!,
          file: `${room}/${file}`,
          hasSteps: star === '*',
          comment,
          counterpart: COUNTERPART.exec(comment)?.[1],
        };
      });
    });
}

function row(one: ModelFunction): string {
  const said = one.comment.replace(/^`?\w+\(\)`?(:|,)? ?/, '').replaceAll('|', '\\|');
  return `[\`${one.name}\`](../${MODEL}/${one.file})${one.hasSteps ? '' : ' °'} | ${said}`;
}

/** The page as it should be. */
export function kernelMap(): string {
  const restart = functionsOf('restart');
  const kernel = functionsOf('kernel').filter(({ comment }) => comment !== '');
  const inPatch = PATCH.flatMap((name) =>
    restart.filter(({ counterpart }) => counterpart === name).map((one) => `| \`${name}()\` | ${row(one)} |`),
  );
  const known = new Set(PATCH);
  const others = restart.filter(({ counterpart, comment }) => comment !== '' && !known.has(counterpart ?? ''));
  return `# How the simulated kernel maps to the patch

<!-- Made by npm run generate from the doc comments of the source. -->

What the patch does is in [the protocol](protocol.md). The restart that mktrouble simulates is read beside Linux C/R v20, patch 30/96 (\`checkpoint/restart.c\`, \`checkpoint/sys.c\`,
\`include/linux/checkpoint.h\`, \`kernel/exit.c\`, \`kernel/fork.c\`): one function for one function, the same names in camelCase, the
same order of statements. A generator function is a function in which another task may come in between: before each
\`yield\`. Those marked ° are one step, or part of one.

Where the source asks \`variant.series\`, it adds what the same author posted in the same series. The other switches are our
repairs (\`hardened\`), or items of the changelog undone; a published protocol has none of them: see
[variants](variants.md).

## The patch, function by function

| in the patch | here | what to know |
| --- | --- | --- |
${inPatch.join('\n')}

## What the patch calls, or has inline

| in the kernel | here | what to know |
| --- | --- | --- |
${others.map((one) => `| ${one.counterpart ? `\`${one.counterpart}()\`` : ''} | ${row(one)} |`).join('\n')}

## The kernel below

Linux 2.6.33, on one processor whose preemption may fall before every access to what tasks share; it has what a restart can
observe, and no more. Its functions call nothing of the restart. Three of its files do know of it: \`layout.ts\` has the fields
of \`struct ckpt_ctx\` beside those of \`task_struct\`, \`world.ts\` the image and the points of the protocol, and \`seen.ts\` notes
for the properties what the restart does.

| here | what it is |
| --- | --- |
${kernel.map((one) => `| [\`${one.name}\`](../${MODEL}/${one.file})${one.hasSteps ? '' : ' °'} | ${one.comment.replaceAll('|', '\\|')} |`).join('\n')}
`;
}

if (process.argv[1] === import.meta.filename) writeFileSync(path.join(ROOT, 'docs/kernel-map.md'), kernelMap());
