/** For each property a shell test that is true when the property is violated, and the message for that. */
import { type CriuCall, callOfStage } from '../../src/model/criu.ts';
import { whatDumpLeaves } from '../../src/model/criu-options.ts';
import type { CriuRival } from '../../src/model/criu-rival.ts';
import { CannotExport, type ExportedFinding } from './finding.ts';
import { isKilled, isRetried, needsRestore, readSetup } from './setup.ts';
import { FOLDER, quoted } from './subject-sh.ts';
import { CGROUPS, findNetwork, hasCgroup } from './surroundings-sh.ts';

/** Seconds after which a call of CRIU hangs. */
export const LIMIT = 5;
/** The socket of a lazy-pages daemon, in its working folder. */
export const LAZY_SOCKET = 'lazy-pages.socket';
const BYTES_OF_LOG = 16 << 20;

export interface Check {
  /** It reads $dump, $restore, $again, $served, and the files that the censuses are in. */
  readonly test: string;
  readonly text: string;
}

type Pair = readonly [string, string];

/** The checks of the violated properties, none twice. Throws CannotExport. */
export function selectChecks(finding: ExportedFinding): Check[] {
  const { violates } = finding;
  const all: Record<string, Pair> = { ...checkDump(finding), ...checkRestore(finding), ...checkCriu(finding) };
  const shown = new Map<string, string>();
  for (const name of violates) {
    const [test, text] = all[name] ?? [];
    if (test !== undefined && !shown.has(test)) shown.set(test, text!);
  }
  if (shown.size === 0)
    throw new CannotExport(`no script can see ${violates.join(', ') || 'that nothing is violated'}`);
  return [...shown].map(([test, text]) => ({ test, text }));
}

/** The end of the script: the first check that is true. */
export function writeChecks(checks: readonly Check[]): string[] {
  return [
    ...checks.map(
      ({ test, text }) =>
        `if ${test.includes('||') ? `{ ${test}; }` : test}; then echo 'SHOWN: ${text}'; tail -n 3 ./*.log; exit 1; fi`,
    ),
    "echo 'NOT SHOWN'",
  ];
}

function checkDump(finding: ExportedFinding): Record<string, Pair> {
  const { case: c } = finding;
  // Processes that a killed CRIU has left are children of this shell.
  const failed = isKilled(c, 'dump')
    ? `! diff before after-dump || grep -lsx "$(basename "\${CRIU%% *}" | cut -c 1-15)" /proc/[0-9]*/comm`
    : '[ $dump != 0 ] && [ $dump != 137 ] && ! diff before after-dump';
  const states = whatDumpLeaves(readSetup(c)) === 'stopped' ? '-I ^State ' : '';
  return {
    'bystanders-untouched': ['! kill -0 $bystander 2> /dev/null', 'a process outside of the tree is dead'],
    'kept-tree-is-unchanged': [
      `[ $dump = 0 ] && ! diff ${states}before after-dump`,
      'the dump that had to leave the tree has changed it',
    ],
    'dumped-tree-is-gone': ['[ $dump = 0 ] && [ -s after-dump ]', 'the dump reported success, and left tasks'],
    'dumped-tree-can-be-restored': [
      '[ $dump = 0 ] && [ $restore != 0 ]',
      'the dump reported success, and its images cannot be restored',
    ],
    ...(findNetwork(finding) && {
      'failed-dump-leaves-nothing-behind': [
        '[ $dump != 0 ] && ! { rules | diff rules-before -; }',
        'the failed dump has left rules of the packet filter',
      ],
    }),
    'failed-dump-leaves-tree-running': [failed, 'the failed dump has changed the tree, or left a process'],
  };
}

function checkRestore(finding: ExportedFinding): Record<string, Pair> {
  const { case: c } = finding;
  const setup = readSetup(c);
  const { parallel, servers } = setup;
  const ended = (of: CriuCall): string => (isKilled(c, of) ? '' : ` && [ $${of} != 137 ]`);
  return {
    'restored-tree-matches-dump': [
      '[ $restore = 0 ] && ! diff before after-restore',
      'the restore reported success, and the tree differs',
    ],
    'failed-restore-leaves-no-task': [
      `[ $restore != 0 ]${ended('restore')} && [ -s after-restore ]`,
      'the failed restore has left tasks',
    ],
    'restored-program-runs': [
      `[ $restore = 0 ] && ! grep -qs '^State:.[RSD]' /proc/${c.tasks[0]!.pid}/status`,
      'the restore reported success, and the program is gone',
    ],
    ...(c.check && {
      'check-succeeds': [
        `[ $restore = 0 ] && ! (cd ${FOLDER} && timeout ${LIMIT} ${c.check.map(quoted).join(' ')})`,
        'the restore reported success, and the check fails',
      ],
    }),
    'failed-restore-can-be-retried': isRetried(finding)
      ? ['[ $restore != 0 ] && [ $again != 0 ]', 'no later restore from the same images succeeds']
      : ['[ $dump = 0 ] && [ $restore != 0 ]', 'no restore succeeds'],
    'failed-restore-reports-error': [
      '[ $restore = 0 ] && [ "$(grep -c ^Pid before)" != "$(grep -c ^Pid after-restore)" ]',
      'the restore reported success, and tasks are missing',
    ],
    ...(parallel !== undefined && {
      'one-of-several-restores-succeeds': [
        `[ "$(cat restore-*.status | grep -cx 0)" -gt 1 ]`,
        'several restores of the same images have succeeded',
      ],
    }),
    ...(hasCgroup(setup) && {
      'failed-restore-leaves-nothing-behind': [
        `[ $restore != 0 ] && ls -d ${CGROUPS} 2> /dev/null`,
        'the failed restore has left the cgroup that it has made',
      ],
    }),
    ...(servers?.restore && {
      'restore-leaves-nothing-behind': [
        `[ $restore = 0 ] && [ -e ${LAZY_SOCKET} ]`,
        'the daemon has ended, and its socket is there',
      ],
      'failed-restore-leaves-nothing-behind': [
        `[ $restore != 0 ] && [ -e ${LAZY_SOCKET} ]`,
        'the daemon has ended, and its socket is there',
      ],
      'server-ends-with-call': [
        '[ $restore = 0 ] && [ $served != 0 ]',
        'the restore reported success, and the daemon failed',
      ],
    }),
  };
}

function checkCriu(finding: ExportedFinding): Record<string, Pair> {
  const call = needsRestore(finding) ? 'restore' : 'dump';
  const { rival } = finding.case.criu!;
  return {
    ...(rival && { 'second-criu-does-no-harm': checkRival(rival, call) }),
    'criu-never-crashes': [
      `[ $${call} -gt 128 ] && [ $${call} != 137 ] || grep -qE 'BUG at|killed by signal (4|5|6|7|8|11|31):' ${call}.log`,
      'CRIU, or a task that it restores, crashes',
    ],
    'criu-ends-in-time': [`[ $${call} = 137 ]`, `CRIU has not ended after ${LIMIT} s`],
    'criu-log-is-bounded': [`[ $(wc -c < ${call}.log) -gt ${BYTES_OF_LOG} ]`, 'CRIU fills its log'],
  };
}

/** Of two calls of one kind exactly one succeeds; one beside another kind of call does. */
function checkRival({ call, at }: CriuRival, first: CriuCall): Pair {
  return call === callOfStage(at)
    ? [`[ $${first} = 0 ] && [ "$(cat rival-status)" = 0 ]`, `both have succeeded, each a ${call}`]
    : [`[ $${first} != 0 ]`, `with a second CRIU (${call}) beside it the ${first} fails`];
}
