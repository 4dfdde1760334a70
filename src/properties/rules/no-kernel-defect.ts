/** The restart does not break the kernel. */
import { type Finding, KERNEL_DEFECT_KINDS } from '../../record/record.ts';
import { listFindings } from '../findings.ts';
import type { Property } from '../property.ts';

const name = 'no-kernel-defect';
const KINDS: ReadonlySet<Finding['kind']> = new Set(KERNEL_DEFECT_KINDS);

export const noKernelDefect: Property = {
  name,
  title: 'The kernel has no defect',
  statement:
    'No BUG_ON fires, no NULL is dereferenced, pids_arr is not read past its end, freed memory is neither used nor freed again, and the restart does not crash.',
  source:
    'docs/protocol.md, "Steps and the image" and "Activating the next task"; the BUG_ONs of restore_activate_next, restore_task_done, wait_all_tasks_finish, exit_checkpoint, ckpt_ctx_free; get_active_pid',
  hint: 'The finding names the function; the steps just before it show which task was too early, or ran once too often.',
  check(_c, record) {
    return listFindings(record, KINDS).map(({ text, step }) => ({ property: name, message: text, ...step }));
  },
};
