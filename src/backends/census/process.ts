/** What a process has of its own, each a number or a path. */
import type { Kind } from './kind.ts';

export const processState: Kind = {
  of: 'process',
  changes: false,
  read: (process) => ({
    'working folder': process.link('cwd'),
    'root folder': process.link('root'),
    program: process.link('exe'),
    umask: process.status('Umask'),
    personality: process.text('personality').trim(),
    'OOM score adjustment': process.text('oom_score_adj').trim(),
    'core dump filter': process.text('coredump_filter').trim(),
    'timer slack': nanoseconds(process.text('timerslack_ns')),
    'transparent huge pages': process.status('THP_enabled'),
    'controlling terminal': process.stat(7),
    'exit signal': process.stat(38),
    'nice value of the autogroup': /nice (-?\d+)/.exec(process.text('autogroup'))?.[1] ?? '',
    'login user': process.text('loginuid').trim(),
    'clock offsets': process.text('timens_offsets').replace(/\s+/g, ' ').trim(),
  }),
};

function nanoseconds(text: string): string {
  return text === '' ? '' : `${text.trim()} ns`;
}
