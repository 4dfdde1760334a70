/**
 * The two forms of a reproducer for CRIU: a shell script with a C program in it, and a C program with the script in it. That of a container
 * runtime is a shell script only, of a file of its own.
 */
import type { Case } from '../../src/model/case.ts';
import type { CriuSyscall } from '../../src/model/criu.ts';
import { callEnd } from '../../src/record/program-text.ts';
import { selectHelpers, writeDriver } from './driver.ts';
import type { ExportedFinding } from './finding.ts';
import { commentOut, writeHead } from './head.ts';
import { isSearched } from './helpers-c.ts';
import { writeRuntimeScript } from './runtime/script.ts';
import { writeStart } from './subject-sh.ts';
import { findNetwork, hasCgroup, runInCgroup } from './surroundings-sh.ts';
import { needsMemory, writeTree } from './tree-c.ts';

/** Without root, unshare(1) would exit with 1, as if the defect were shown. */
const NEEDS = `CRIU=\${CRIU:-criu}; [ "$(id -u)" = 0 ] && command -v \${CRIU%% *} > /dev/null || { echo "this needs root and $CRIU (CRIU=... names another)" >&2; exit 125; }`;

export function writeShellScript(finding: ExportedFinding): string {
  if (finding.case.runtime) return writeRuntimeScript(finding, finding.case.runtime);
  return `#!/bin/sh
${commentOut(writeHead(finding, describeRun(finding), '[CRIU=/path/to/criu] sh THIS_FILE'))}
${NEEDS}
${enter(finding, 'sh "$0" inside')}
cc -w -D_GNU_SOURCE ${writeFlags(finding.case)}-o repro -x c - <<'EOC' || exit 125
${writeProgram(finding)}
EOC
${writeDriver(finding, finding.case.subject ? '/run/repro tree' : './repro', './repro')}
`;
}

export function writeCProgram(finding: ExportedFinding): string {
  const { case: c } = finding;
  const script = [
    NEEDS,
    'repro=$(readlink -f "$0")',
    enter(finding, '"$repro" inside'),
    writeDriver(finding, '"$repro" tree', '"$repro"'),
  ];
  return `/*
${writeHead(finding, describeRun(finding), `[CRIU=/path/to/criu] cc -w ${writeFlags(c)}-o repro THIS_FILE && ./repro`)
  .map((line) => ` * ${line}`.trimEnd())
  .join('\n')}
 */
${writeProgram(finding, script.join('\n'))}
`;
}

/** A static program has the same mappings on every machine. */
function writeFlags(c: Case): string {
  return `${needsMemory(c) ? '-static ' : ''}${c.tasks.some(({ pid, leader }) => pid !== leader) ? '-pthread ' : ''}`;
}

/** What the run has shown: the versions, how the calls have ended, and the last errors. */
function describeRun({ seen }: ExportedFinding): string[] {
  if (!seen) return [];
  const { criu } = seen.record;
  const ends = [criu?.dump, criu?.restore].flatMap((run) => (run ? [`the ${run.of} ${callEnd(run)}`] : []));
  const errors = (criu?.restore ?? criu?.dump)?.errors.slice(-2) ?? [];
  return [
    `Seen: ${seen.environment}${ends.length > 0 ? `: ${ends.join(', ')}` : ''}`,
    ...errors.map((error) => `  ${error.replace(/\s+/g, ' ')}`),
  ];
}

/** The factor by which the number of tries of a race exceeds that of the scenario. */
const MORE_TRIES = 3;
/** How much the number of a system call of CRIU may differ between machines; and of a call of one name, with the program that is dumped. */
const NEARBY = 25;
const NEARBY_OF_NAME = 4;

/** Numbers of the system call that the script tries, the nearest first where they are few. */
function listNumbers({ call, number }: CriuSyscall): string {
  const away = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const numbers =
    call === 'all'
      ? [`$(seq ${number} ${number + NEARBY}) $(seq ${Math.max(1, number - NEARBY)} ${number})`]
      : [number, ...away(1, NEARBY_OF_NAME).flatMap((i) => [number + i, number - i])].filter((one) => one > 0);
  return numbers.join(' ');
}

/** The script starts itself again as the init of namespaces of its own: until a race shows, or for each call near the one wanted. */
function enter(finding: ExportedFinding, again: string): string {
  const { case: c } = finding;
  const net = findNetwork(finding) === 'script';
  const start = `unshare --pid --fork --kill-child --mount --mount-proc --ipc --uts ${net ? '--net ' : ''}${again}`;
  const runs = c.criu?.repeat ?? 1;
  const counted = c.criu?.syscalls.find(isSearched);
  const tries =
    counted !== undefined
      ? `${listNumbers(counted)}; do export NR # which call it is depends on the machine`
      : `$(seq ${runs * MORE_TRIES}); do # a race`;
  // A dump that fails at a call nearby is no reason to end.
  const outside =
    counted !== undefined
      ? writeTries(tries, start, '[ $status != 1 ] || exit 1', '$status')
      : runs > 1
        ? writeTries(tries, start, '[ $status = 0 ] || exit $status', '0')
        : `[ "$1$$" = inside1 ] || ${hasCgroup(c.criu ?? {}) ? runInCgroup(start) : `exec ${start}`}`;
  return `${outside}
mount -t tmpfs repro /run && cd /run && mkdir img${net ? ' && ip link set lo up' : ''} || exit 125`;
}

function writeTries(tries: string, start: string, end: string, last: string): string {
  return `[ "$1$$" = inside1 ] || for NR in ${tries}
	${start}; status=$?
	${end}
done
[ "$1$$" = inside1 ] || exit ${last}`;
}

/** `script`: the program starts it when it is started itself; without a script it is started by one. */
function writeProgram(finding: ExportedFinding, script?: string): string {
  const { subject } = finding.case;
  const tree = subject ? writeStart(finding.case.tasks[0]!.pid) : writeTree(finding.case);
  const helpers = selectHelpers(finding);
  const compares = script !== undefined || helpers.length > 1 || (subject !== undefined && helpers.length > 0);
  const includes = [...tree.includes, ...helpers.flatMap((one) => one.includes), ...(compares ? ['string.h'] : [])];
  const literal = script
    ?.split('\n')
    .map((line) => `	${JSON.stringify(`${line}\n`)}`)
    .join('\n');
  return [
    ...(script === undefined ? [] : ['#define _GNU_SOURCE']),
    ...[...new Set(includes)].sort().map((name) => `#include <${name}>`),
    ...(tree.functions === '' ? [] : [tree.functions]),
    ...helpers.map(({ text }) => text),
    ...(literal === undefined ? [] : [`static const char script[] =\n${literal};`]),
    'int main(int c, char **v)\n{',
    ...(script === undefined
      ? []
      : ['	if (c < 2 || !strcmp(v[1], "inside"))', '		return execlp("sh", "sh", "-c", script, *v, v[1], NULL);']),
    ...helpers.map(
      ({ word }) => `	if (${compares ? `!strcmp(v[1], "${word}")` : 'c > 1'})\n		return ${word}(v + 2);`,
    ),
    `${tree.body}\n}`,
  ].join('\n');
}
