/**
 * The rules of a verdict, and the lines of source that each rests on: what makes a pass mean that something was tested. A change of
 * one of these lines that no test notices would let a rule go without a sound.
 */

/** Functions of a source file; all of them when none is named. */
export interface Source {
  readonly file: string;
  readonly functions?: readonly string[];
  /** Of these the decisions that have this in their text: the others are for another rule, or for what a report shows. */
  readonly about?: RegExp;
  /** Also with one side of each `a && b` alone: of what a rule asks, each part counts. */
  readonly sides?: true;
}

/** A change that is written out: for C, which the operators do not read. `from` stands once in the file. */
export interface Change {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface Rule {
  readonly number: number;
  readonly title: string;
  readonly sources: readonly Source[];
  readonly changes?: readonly Change[];
  /** The tests that have to notice, the fastest first. */
  readonly tests: readonly string[];
  /** Whether its tests need CRIU. */
  readonly needsCriu: boolean;
}

const PLAY = 'src/backends/criu/play.ts';
const PROGRAMS = 'src/backends/criu/programs.ts';
const MAIN = 'src/backends/criu/agent/main.c';
const WARDEN = 'src/backends/agent/c/warden.c';
const SERVE = 'src/backends/criu/agent/serve.c';
const COMMAND = 'src/backends/criu/agent/command.c';

export const RULES: readonly Rule[] = [
  {
    number: 1,
    title: 'A fault that never fired is not a pass',
    sources: [
      { file: 'src/injector/never-fired.ts', functions: ['faultsOfSchedule', 'faultsThatNeverFired'], sides: true },
      { file: 'src/injector/verdict.ts', functions: ['decide'], about: /isCut|inOneRun|violations/ },
      { file: 'src/injector/tally.ts', functions: ['add', 'silent'], about: /fired/ },
      { file: 'src/record/criu-fired.ts' },
      { file: 'src/backends/native/record.ts', functions: ['listFired'] },
      { file: 'src/scenario/resolve/when.ts' },
      { file: 'src/scenario/resolve/stages.ts' },
      { file: 'src/scenario/resolve/fault-order.ts', functions: ['complainOfFollowers'] },
    ],
    tests: [
      'test/injector/never-fired.test.ts',
      'test/scenario/never-fires.test.ts',
      'test/scenario/bad-references.test.ts',
      'test/injector/run-case.test.ts',
      'test/backends/native/restart.test.ts',
    ],
    needsCriu: false,
  },
  {
    number: 2,
    title: 'A missing subject is not a pass',
    sources: [
      { file: 'src/backends/criu/subject.ts', functions: ['startLoad', 'end', 'mustRun', 'waitFor'] },
      { file: 'src/backends/criu/command.ts', functions: ['startCommand', 'endFrom'] },
      { file: 'src/backends/criu/ready.ts' },
      {
        file: PROGRAMS,
        functions: ['start', 'mustRunBeforeDump', 'dumpBegins', 'mustHaveRunUntilDump'],
        about: /mustRun|waitFor|startLoad|endedBeforeDump|isHit/,
      },
      { file: 'src/backends/criu/faults.ts', functions: ['hasHitTree'] },
      { file: 'src/backends/criu/caller.ts', functions: ['hold'], about: /dumpBegins|'pre-dump'/ },
      { file: PLAY, functions: ['build', 'dumpRound'], about: /programs/ },
      { file: 'src/backends/criu/index.ts', functions: ['checkCommands'] },
    ],
    changes: [
      { file: COMMAND, from: '		ret = -failure.error;\n', to: '' },
      { file: COMMAND, from: '		watch((int)ret);\n', to: '		(void)ret;\n' },
    ],
    tests: ['test/backends/criu/subject.test.ts', 'test/cli/allow-commands.test.ts', 'test/e2e/criu-subject.test.ts'],
    needsCriu: true,
  },
  {
    number: 3,
    title: 'No failure without a cause, and a dump can be restored',
    sources: [
      { file: 'src/properties/rules/failure-has-a-cause.ts', sides: true },
      { file: 'src/properties/rules/criu/failed-dump-has-a-cause.ts', sides: true },
      { file: 'src/properties/rules/criu/dumped-tree-can-be-restored.ts', sides: true },
      { file: 'src/properties/criu-runs.ts', functions: ['hasFailed', 'listCauses', 'wasEnded'], sides: true },
    ],
    tests: [
      'test/properties/rules/failure-has-a-cause.test.ts',
      'test/properties/criu/properties.test.ts',
      'test/properties/criu/dump.test.ts',
      'test/properties/properties.test.ts',
    ],
    needsCriu: false,
  },
  {
    number: 4,
    title: 'No blame for living, and the end of a restored program is judged',
    sources: [
      { file: 'src/backends/criu/held.ts' },
      { file: 'src/backends/criu/observer.ts', functions: ['holdDumped', 'holdRestored', 'tasks', 'censusBeforeDump'] },
      { file: 'src/backends/criu/caller.ts', functions: ['hold'], about: /^(?!.*(dumpBegins|'pre-dump'))/s },
      { file: PROGRAMS, functions: ['isRestoredAs', 'letRun', 'describe'] },
      { file: PLAY, functions: ['playRound', 'restore'], about: /letRun|runCheck|held/ },
      { file: 'src/backends/criu/check.ts' },
      { file: 'src/properties/rules/criu/restored-program-runs.ts', sides: true },
      { file: 'src/properties/rules/criu/check-succeeds.ts', sides: true },
      { file: 'src/properties/criu-runs.ts', functions: ['comparable'] },
      { file: 'src/properties/criu-census.ts', functions: ['withoutNewSignals', 'both'] },
    ],
    tests: [
      'test/properties/criu/properties.test.ts',
      'test/backends/criu/subject.test.ts',
      'test/e2e/criu-subject.test.ts',
    ],
    needsCriu: true,
  },
  {
    number: 5,
    title: 'The host stays clean',
    sources: [
      { file: 'src/backends/host/names.ts', functions: ['isAbandoned', 'sweepFolder'] },
      { file: 'src/backends/agent/cgroup.ts' },
    ],
    changes: [
      { file: MAIN, from: ' | CLONE_NEWNET)', to: ')' },
      { file: MAIN, from: 'CLONE_NEWPID | CLONE_NEWIPC', to: 'CLONE_NEWPID' },
      { file: MAIN, from: ' | CLONE_NEWUTS', to: '' },
      { file: MAIN, from: '	if (raise_loopback() < 0)\n', to: '	if (0)\n' },
      { file: WARDEN, from: '	if (agent->cgroup)\n		remove_cgroup(agent->cgroup);\n', to: '' },
      { file: WARDEN, from: '	setsid();\n', to: '' },
      { file: WARDEN, from: '	signal(SIGTERM, SIG_IGN);\n', to: '' },
      { file: WARDEN, from: '	syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);\n', to: '' },
      { file: WARDEN, from: '	prctl(PR_SET_PDEATHSIG, SIGKILL);\n', to: '' },
      {
        file: SERVE,
        from: 'mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0',
        to: 'mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL) < 0',
      },
      { file: SERVE, from: '!hide("/dev/shm", "tmpfs", MS_NODEV, "mode=1777") || ', to: '' },
      { file: SERVE, from: 'mount("mktrouble", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755") < 0', to: 'false' },
      {
        file: SERVE,
        from: '	if (!request_read())\n		_exit(0);\n',
        to: '	request_read();\n',
      },
    ],
    tests: [
      'test/backends/host/names.test.ts',
      'test/backends/criu/subject.test.ts',
      'test/backends/agent/parts-die.test.ts',
      'test/e2e/criu-host-clean.test.ts',
      'test/e2e/criu-nothing-left.test.ts',
    ],
    needsCriu: true,
  },
];
