/** Draws changes of images: by field where a file is records, by byte anywhere, always the same for the same numbers. */
import { ABSENT, type ImageEdit, PSTREE_FIELDS, type PstreeField } from '../../../model/criu.ts';
import type { Draws } from '../../draws.ts';
import type { Images } from './edit.ts';
import { readImage } from './file.ts';
import { findSpots, readMessage, type Spot } from './wire.ts';

/** Numbers at which programs go wrong. */
const BOUNDS = [
  0,
  1,
  2,
  7,
  0x7f,
  0x80,
  0xff,
  0xffff,
  0x7fffffff,
  0x80000000,
  0xffffffff,
  0x7ffffffff000,
  2 ** 53 - 1,
  -1,
  -4096,
];
const TASK_FIELDS = Object.keys(PSTREE_FIELDS) as PstreeField[];
/** Numbers of tasks and their neighbours, when a pid is meant. */
const PIDS = [0, 1, 2, 99, 100, 101, 102, 103, 104, 105, 106, 107, 600, 32_767, 4_194_304, -1];

/** The kinds of files that there are: `core`, `pstree`, … */
export function listKinds(images: Images): string[] {
  return [...new Set([...images.keys()].map(parseKind))].sort();
}

/** The kind of a file: its name without the number of its task or object. */
export function parseKind(file: string): string {
  return file.replace(/(-(\d+|\*))+$/, '');
}

/** The next change, of a file of this kind, or of `any`. The images must have one. */
export function drawEdit(images: Images, target: string, draws: Draws): ImageEdit {
  const files = [...images.keys()].filter((file) => target === 'any' || parseKind(file) === target).sort();
  const file = files[draws.below(files.length)]!;
  const bytes = images.get(file)!;
  const records = readImage(bytes)?.records ?? [];
  const record = records.length > 0 ? draws.below(records.length) : 0;
  const isTask = file === 'pstree' && records[record] !== undefined && readMessage(records[record]) !== undefined;
  switch (draws.below(12)) {
    case 0:
      return { kind: 'truncate', file, bytes: draws.below(bytes.length + 1) };
    case 1:
      return { kind: 'extend', file, bytes: 1 + draws.below(64) };
    case 2:
      if (records.length > 0) return { kind: 'drop', file, record };
      break;
    case 3:
      if (records.length > 0) return { kind: 'repeat', file, record };
      break;
    case 4:
    case 5:
    case 6:
      break;
    default:
      if (isTask) return drawTask(record, draws);
      return drawField(file, records[record], record, draws) ?? drawByte(file, bytes, draws);
  }
  return drawByte(file, bytes, draws);
}

function drawByte(file: string, bytes: Uint8Array, draws: Draws): ImageEdit {
  if (bytes.length === 0) return { kind: 'extend', file, bytes: 1 + draws.below(64) };
  const at = draws.below(bytes.length);
  const xor = draws.below(2) === 0 ? 1 << draws.below(8) : 1 + draws.below(255);
  return { kind: 'xor', file, at, xor };
}

function drawTask(record: number, draws: Draws): ImageEdit {
  const field = TASK_FIELDS[draws.below(TASK_FIELDS.length)]!;
  const count = field === 'threads' ? 1 + draws.below(3) : 1;
  const isLeftOut = draws.below(8) === 0;
  const values = isLeftOut ? [] : Array.from({ length: count }, () => PIDS[draws.below(PIDS.length)]!);
  return { kind: 'task', record, set: { [field]: values } };
}

function drawField(file: string, bytes: Uint8Array | undefined, record: number, draws: Draws): ImageEdit | undefined {
  const isLeftOut = draws.below(6) === 0;
  const all = bytes ? findSpots(bytes).filter(({ value }) => isLeftOut || value !== undefined) : [];
  // First which field, then which one of those with that number: else the many of one kind hide the others.
  const paths = [...new Set(all.map(formatPath))];
  const wanted = paths[draws.below(paths.length || 1)];
  const same = all.filter((spot) => formatPath(spot) === wanted);
  const spot = same[draws.below(same.length || 1)];
  if (!spot) return undefined;
  const path = spot.place.map(({ number }) => number);
  const nth = spot.place.map((step) => step.nth);
  return { kind: 'field', file, record, path, nth, value: isLeftOut ? ABSENT : drawValue(spot, draws) };
}

function formatPath({ place }: Spot): string {
  return place.map(({ number }) => number).join('.');
}

/** A number where programs go wrong, one near to what is there, or any. */
function drawValue({ value }: Spot, draws: Draws): number {
  const now = Number(BigInt.asIntN(64, value!));
  switch (draws.below(4)) {
    case 0:
      return draws.below(1 << 16);
    case 1:
      if (Number.isSafeInteger(now + 0x1000)) return now + [-0x1000, -1, 1, 0x1000][draws.below(4)]!;
      break;
    case 2:
      if (now >= 0 && now <= 0x7fffffff) return (now ^ (1 << draws.below(31))) >>> 0;
      break;
  }
  return BOUNDS[draws.below(BOUNDS.length)]!;
}
