/** What a reproducer for CRIU does of the setup of its case, and why it cannot do the rest. */
import type { Case, Fault } from '../../src/model/case.ts';
import { type CriuCall, type CriuSetup, callOfStage, type ImageEdit } from '../../src/model/criu.ts';
import { CannotExport, type ExportedFinding } from './finding.ts';
import { refuseCgroup } from './surroundings-sh.ts';

/** The setup of a case that a script can run. Throws CannotExport. */
export function readSetup(c: Case): CriuSetup {
  const { criu } = c;
  if (c.runtime)
    throw new CannotExport(
      'a container runtime is driven by its command line, which a C program would only pass to a shell: use --as sh',
    );
  if (!criu) throw new CannotExport('the scenario is not for CRIU');
  if (criu.limits.dump?.pids !== undefined || criu.limits.restore?.pids !== undefined)
    throw new CannotExport('a limit of processes needs a cgroup of its own');
  if (criu.limits.dump?.disk !== undefined) throw new CannotExport('the images are on a file system of their own');
  if (criu.rival?.call === 'pre-dump') throw new CannotExport('the script makes no pre-dump');
  if (criu.rival?.fault && criu.rival.fault !== 'kill')
    throw new CannotExport('the first CRIU goes on beside a second one that is stopped');
  refuseCgroup(criu);
  if (criu.peer) throw new CannotExport('the other end of its connections is hit');
  if (criu.interface === 'rpc') throw new CannotExport('the script calls CRIU by its command line');
  if (criu.servers?.dump) throw new CannotExport('the script starts no page server');
  if (criu.parallel !== undefined && criu.taken.length > 0)
    throw new CannotExport('the script waits for restores at one time, and a taken pid never ends');
  if (criu.namespace === 'own' && criu.syscalls.some(({ task }) => task !== undefined))
    throw new CannotExport('a system call of a restored task that has another pid outside of its namespace');
  if (criu.syscalls.some(({ every }) => every))
    throw new CannotExport(
      'the script makes one system call fail: export a case that has shown the defect, with its number',
    );
  if (criu.rounds.length > 2) throw new CannotExport('the script dumps and restores once');
  if (criu.syscalls.some(({ short }) => short)) throw new CannotExport('the script makes no system call read less');
  if (criu.syscalls.length > 1) throw new CannotExport('only one system call can be made to fail');
  if (c.faults.some(({ own }) => own)) throw new CannotExport('a script cannot run a fault verb of your own');
  if (c.faults.some(({ verb }) => verb === 'ptrace')) throw new CannotExport('a tracer as a fault');
  return criu;
}

const MUTATION = 'the changes of its images are drawn by a seed, and CRIU is needed to know them';

/** The changes of images that have a counterpart in a script. Throws CannotExport. */
export function listEdits(images: CriuSetup['images']): ImageEdit[] {
  return images.map((edit) => {
    if (edit.kind === 'mutate') throw new CannotExport(MUTATION);
    if (edit.kind === 'edit') throw new CannotExport('its images are changed by an editor of your own');
    return edit;
  });
}

const OF_RESTORE = new Set([
  'check-succeeds',
  'restored-program-runs',
  'restored-tree-matches-dump',
  'restore-leaves-nothing-behind',
  'server-ends-with-call',
  'one-of-several-restores-succeeds',
  'no-second-live-copy',
  'failed-restore-leaves-no-task',
  'failed-restore-leaves-nothing-behind',
  'failed-restore-reports-error',
  'failed-restore-can-be-retried',
]);

/** Whether the violation is one of a restore, so that the dump has to succeed. */
export function needsRestore({ case: c, violates }: ExportedFinding): boolean {
  if (violates.some((name) => OF_RESTORE.has(name))) return !violates.includes('dumped-tree-is-gone');
  const { images, taken, syscalls, scriptFails, rival } = readSetup(c);
  const stages = [
    ...scriptFails,
    ...(rival ? [rival.at] : []),
    ...c.faults.flatMap(({ when }) => (when.kind === 'criu' ? [when.at] : [])),
  ];
  return (
    images.length + taken.length > 0 ||
    [...syscalls.map(({ of }) => of), ...stages.map(callOfStage)].includes('restore')
  );
}

/** Whether the restore only shows what the dump has done. */
export function needsImages({ violates }: Pick<ExportedFinding, 'violates'>): boolean {
  return violates.includes('dumped-tree-can-be-restored');
}

/** A restore that fails again, where that is the only violation that a script can see. */
export function isRetried({ violates }: ExportedFinding): boolean {
  return violates.includes('failed-restore-can-be-retried') && !needsImages({ violates });
}

/** Whether CRIU is killed in this call by what the case does. */
export function isKilled({ faults, criu }: Case, of: CriuCall): boolean {
  return (
    criu!.syscalls.some(({ signal, of: one }) => signal !== undefined && one === of) ||
    faults.some(
      ({ targets, when }) => targets.includes('coordinator') && when.kind === 'criu' && callOfStage(when.at) === of,
    )
  );
}

/** Whether a fault fires in the action script, and not between the calls. */
export function isInScript({ when }: Fault): boolean {
  return when.kind === 'criu' && !/^before-/.test(when.at);
}
