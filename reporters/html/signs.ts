/** The signs of the page, so that nothing is told by colour alone. */
import type { Point } from '../../src/model/points.ts';
import type { NoteKind } from './chart-model.ts';
import type { VerdictName } from './filters.ts';

export const SIGNS: Readonly<Record<VerdictName, string>> = {
  fail: '✗',
  error: '!',
  incomplete: '◐',
  known: '◆',
  skip: '○',
  pass: '✓',
};
export const NAMES: Readonly<Record<VerdictName, string>> = {
  fail: 'failed',
  error: 'broken',
  incomplete: 'incomplete',
  known: 'known defect',
  skip: 'skipped',
  pass: 'passed',
};

export const NOTES: Readonly<Record<NoteKind, string>> = {
  error: '!',
  'late-error': '¡',
  interrupted: 'S',
  restored: 'R',
  failed: 'R̸',
  success: '★',
  exit: '✗',
  finding: '‼',
  return: '⏎',
};

/** Where one waits for others. */
export function isSync(point: Point): boolean {
  return point.startsWith('sync-') || point === 'threads' || point === 'wait';
}
