/** What was done to a call of CRIU, for signatures: kinds of causes, without pids, numbers and names of a case. */
import type { Case } from '../model/case.ts';
import { callOfStage, type ImageChange, type ImageEdit, type MadeEdit, PSTREE_FIELDS } from '../model/criu.ts';
import type { RoundCall } from '../model/criu-rounds.ts';
import { signalName } from '../model/signals.ts';
import type { CriuHit, CriuRecord, CriuSecond } from '../record/criu.ts';
import { listRuns } from './criu-runs.ts';

const SYSTEM_CALL = 'system call ';

/** What was done to this call, as far as it happened. */
export function listCauses(c: Case, criu: CriuRecord, of: RoundCall): string[] {
  const run = listRuns(criu).find((one) => one.of === of);
  const changes = of === 'restore' ? (criu.edits ?? c.criu?.images ?? []) : [];
  return [
    ...criu.hits.filter(({ stage }) => callOfStage(stage) === of).map(nameHit),
    ...(run?.injected ?? []).map(({ call }) => `${SYSTEM_CALL}${call}`),
    ...changes.map(nameChange),
    ...(of !== 'restore' && c.criu?.freezer ? ['the cgroup is frozen'] : []),
    ...(criu.rival && callOfStage(criu.rival.at) === of ? [nameRival(criu.rival)] : []),
    ...(of === 'restore' && c.criu && c.criu.taken.length > 0 ? ['a pid is taken'] : []),
  ];
}

/** `a second dump at post-restore`. */
export function nameRival({ run, at, hit }: CriuSecond): string {
  return `a second ${run.of} at ${at}${hit ? `, ${hit}` : ''}`;
}

export function isSystemCall(cause: string): boolean {
  return cause.startsWith(SYSTEM_CALL);
}

/** A stop needs no stage: a task that is held is held until the end. */
function nameHit({ verb, own, signal, to, stage }: CriuHit): string {
  if (own !== undefined) return `the fault verb ${own} at ${stage}`;
  const target = to === 'criu' ? 'CRIU' : 'a task';
  if (verb === 'trace') return `${target} is traced`;
  if (signal !== undefined && signalName(signal) === 'SIGSTOP') return `${target} is stopped`;
  return `${target} gets a signal at ${stage}`;
}

const PSTREE_NAMES = Object.fromEntries(Object.entries(PSTREE_FIELDS).map(([name, number]) => [number, name]));

/** `pstree pid`, `core 5`, `mm incomplete`: the kind of image and the field, by its number in CRIU's definition. */
function nameChange(change: ImageChange | MadeEdit): string {
  if (change.kind === 'task') return `pstree ${Object.keys(change.set).sort().join(' ')}`;
  if (change.kind === 'mutate') return nameImage(change.target);
  if (change.kind === 'edit') return `the image editor ${change.editor}`;
  if (change.kind === 'field') return nameField(change);
  const isIncomplete = change.kind === 'missing' || change.kind === 'truncate' || change.kind === 'drop';
  return `${nameImage(change.file)}${isIncomplete ? ' incomplete' : ''}`;
}

function nameField({ file, path }: Extract<ImageEdit, { kind: 'field' }>): string {
  const image = nameImage(file);
  return image === 'pstree' ? `pstree ${PSTREE_NAMES[path[0]!] ?? path[0]}` : `${image} ${path.join('.')}`;
}

/** `core-100` is of the kind `core`. */
function nameImage(file: string): string {
  return file.replace(/\.img$/, '').replace(/-?\d+$/, '');
}
