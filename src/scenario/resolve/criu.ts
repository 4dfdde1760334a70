/** How CRIU is used in a case, with every default written out. */
import type { Task } from '../../model/case.ts';
import {
  ABSENT,
  type CriuCall,
  type CriuLimits,
  type CriuSetup,
  type CriuSyscall,
  type ImageChange,
  PLAIN_CRIU,
  PSTREE_FIELDS,
  type PstreeField,
  STAGES_OF,
} from '../../model/criu.ts';
import { type CriuFreezerSetup, refuseFreezer } from '../../model/criu-cgroups.ts';
import { refuseNamespaces } from '../../model/criu-namespaces.ts';
import { CRIU_OPTIONS, type CriuOptionWords, type OptionWord } from '../../model/criu-options.ts';
import type { CriuPeerSetup } from '../../model/criu-peer.ts';
import { type CriuRival, refuseRival, STAGES_OF_RIVAL, STAGES_OF_SECOND } from '../../model/criu-rival.ts';
import { type RoundCall, refuseParallel, refuseRounds, splitRounds } from '../../model/criu-rounds.ts';
import { refuseInRpc } from '../../model/criu-rpc.ts';
import { type CriuServerSetup, refuseServer, SERVER_NAMES } from '../../model/criu-servers.ts';
import { ANY_SYSCALL, SHORT_SYSCALLS, SYSCALL_NAMES } from '../../model/syscalls.ts';
import type { Checked } from '../check.ts';
import type { Complain } from '../complain.ts';
import { checkOwnValues, type EditorFacts, findOwn } from '../own-words.ts';
import { didYouMean } from '../source/nearest.ts';
import type { Path } from '../source/raw.ts';
import { toList } from './lists.ts';
import { checkScripts } from './stages.ts';

type Words = Checked<'criu'>;
type EditWords = Exclude<NonNullable<Words['images']>, readonly unknown[]>;
type SyscallWords = Exclude<NonNullable<Words['syscalls']>, readonly unknown[]>;
type LimitWords = NonNullable<Words['dump-limits']>;

/** What a change of an image can be; it is exactly one of these. */
const CHANGES = ['mutate', 'edit', 'set', 'missing', 'truncate', 'extend', 'xor', 'drop', 'repeat', 'field'] as const;
/** The words that go with some changes only. */
const COMPANIONS = {
  mutate: ['seed', 'changes'],
  edit: ['with'],
  xor: ['at'],
  field: ['record', 'nth', 'value', 'add'],
} as const;

/** What a setup is resolved with. `isProgram`: the scenario has a subject. */
export interface CriuScope {
  readonly editors?: readonly EditorFacts[] | undefined;
  readonly isProgram?: boolean;
}

/** The setup of a case for CRIU. */
export function resolveCriu(
  words: Words,
  complain: Complain,
  { editors, isProgram = false }: CriuScope = {},
): CriuSetup {
  const at = (word: keyof Words, i: number): Path => ['criu', word, ...(Array.isArray(words[word]) ? [i] : [])];
  const edits = toList<EditWords>(words.images).map((one, i) => resolveEdit(one, at('images', i), complain, editors));
  const calls = toList<SyscallWords>(words.syscalls).map((one, i) => resolveSyscall(one, at('syscalls', i), complain));
  const limits = { 'pre-dump': words['pre-dump-limits'], dump: words['dump-limits'], restore: words['restore-limits'] };
  const setup: CriuSetup = {
    namespace: words.namespace ?? PLAIN_CRIU.namespace,
    ...(words.namespaces && words.namespaces.length > 0 && { namespaces: [...new Set(words.namespaces)] }),
    ...(words.cgroup && { cgroup: words.cgroup as NonNullable<CriuSetup['cgroup']> }),
    ...resolveFreezer(words, complain),
    ...(words.peer && { peer: words.peer as CriuPeerSetup }),
    ...(words.interface === 'rpc' && { interface: words.interface }),
    ...(words['fault-point'] && { faultPoint: resolveFaultPoint(words['fault-point']) }),
    scriptFails: toList(words['script-fails']),
    taken: toList(words.taken),
    limits: resolveAllLimits(limits),
    rounds: words.rounds ?? PLAIN_CRIU.rounds,
    options: resolveOptions(words),
    syscalls: calls,
    ...resolveServers(words, complain),
    images: edits.filter((edit) => edit !== undefined),
    ...(words.optional !== undefined && { optional: [...new Set(toList(words.optional))] }),
    ...(words.parallel !== undefined && { parallel: words.parallel }),
    ...(words.rival && { rival: { ...words.rival } as CriuRival }),
    repeat: words.repeat ?? PLAIN_CRIU.repeat,
    ...(words.limit !== undefined && { limit: words.limit }),
  };
  if (limits.restore?.disk !== undefined)
    complain({
      path: ['criu', 'restore-limits', 'disk'],
      message: 'a restore writes no images',
      expected: 'disk in dump-limits',
    });
  if (limits['pre-dump'] && splitRounds(setup.rounds).at(-1)?.preDumps === 0)
    complain({
      path: ['criu', 'pre-dump-limits'],
      message: 'the last round has no pre-dump',
      expected: 'rounds: [pre-dump, dump, restore]',
    });
  if (setup.interface === 'rpc') checkForRpc(words, complain);
  const impossible = refuseRounds(setup);
  if (impossible !== undefined)
    complain({ path: ['criu', 'rounds'], message: impossible, expected: 'pre-dumps, a dump, a restore, and so on' });
  const [, second] = calls.map(({ every }, i) => (every ? i : -1)).filter((i) => i >= 0);
  if (second !== undefined)
    complain({
      path: [...at('syscalls', second), 'every'],
      message: 'every call of two kinds would be every pair of them',
      expected: 'every in one entry',
    });
  const alone = setup.parallel === undefined ? undefined : refuseParallel(setup);
  if (alone !== undefined)
    complain({ path: ['criu', 'parallel'], message: alone, expected: 'one restore, without `parallel`' });
  const noRival = refuseRival(setup);
  if (noRival !== undefined)
    complain({
      path: ['criu', 'rival'],
      message: noRival,
      expected: `at: ${STAGES_OF_RIVAL[setup.rival!.call].join(', ')}${words.rival?.fault || words.rival?.after ? `; fault and after: ${STAGES_OF_SECOND[setup.rival!.call].join(', ') || 'none'}` : ''}`,
      hint: 'one call after the other is `rounds`, several restores at one time are `parallel`',
    });
  if (!setup.optional?.includes('script-fails')) checkScripts(setup, isProgram, (i) => at('script-fails', i), complain);
  return setup;
}

/** Complains about namespaces that this tree cannot have. */
export function checkNamespaces(
  { namespaces = [], namespace }: CriuSetup,
  tasks: readonly Task[],
  complain: Complain,
): void {
  const refused = refuseNamespaces(namespaces, namespace, tasks);
  if (refused) complain({ path: ['criu', 'namespaces'], ...refused });
}

/** The options of each call; what only one call has stands behind what both have. */
function resolveOptions(words: Words): CriuSetup['options'] {
  // Unknown ones are complained of already.
  const common = Object.entries(words.options ?? {}).filter(([name]) => name in CRIU_OPTIONS);
  const of = (call: CriuCall) =>
    ({
      ...Object.fromEntries(common.filter(([name]) => CRIU_OPTIONS[name]!.calls.includes(call))),
      ...words[`${call}-options`],
    }) as CriuOptionWords;
  const calls = (['dump', 'restore'] as const).map((call) => [call, of(call)] as const);
  return Object.fromEntries(calls.filter(([, options]) => Object.keys(options).length > 0));
}

/** Complains about options that a request cannot have. */
function checkForRpc(words: Words, complain: Complain): void {
  for (const section of ['options', 'dump-options', 'restore-options'] as const) {
    for (const [name, value] of Object.entries(words[section] ?? {})) {
      const reason = refuseInRpc(name, value as OptionWord);
      if (reason !== undefined)
        complain({
          path: ['criu', section, name],
          message: reason,
          expected: 'interface: command-line, or another option',
        });
    }
  }
}

function resolveServers(words: Words, complain: Complain): Pick<CriuSetup, 'servers'> {
  const servers = (['dump', 'restore'] as const).flatMap((of): [CriuCall, CriuServerSetup][] => {
    const name = SERVER_NAMES[of];
    const given = words[name];
    if (given === undefined || given === false) return [];
    const { fault, after, optional } = given === true ? ({} as Partial<Exclude<typeof given, boolean>>) : given;
    const setup = { ...(fault && { fault }), ...(after !== undefined && { after }), ...(optional && { optional }) };
    const impossible = refuseServer(of, setup);
    if (impossible !== undefined)
      complain({
        path: ['criu', name, 'after'],
        message: impossible,
        expected:
          of === 'dump'
            ? 'a number of bytes; kill, stop and delay also after pre-dump'
            : 'kill or delay, after pre-restore, post-restore, pre-resume or post-resume',
      });
    return [[of, setup]];
  });
  return servers.length > 0 ? { servers: Object.fromEntries(servers) } : {};
}

function resolveFreezer({ freezer: given }: Words, complain: Complain): Pick<CriuSetup, 'freezer'> {
  if (given === undefined || given === false) return {};
  const { fault, after, optional } = given === true ? ({} as Partial<Exclude<typeof given, boolean>>) : given;
  const freezer: CriuFreezerSetup = { ...(fault && { fault }), ...(after && { after }), ...(optional && { optional }) };
  const impossible = refuseFreezer(freezer);
  if (impossible !== undefined)
    complain({
      path: ['criu', 'freezer', 'after'],
      message: impossible,
      expected: fault === 'remove' ? 'before-restore' : 'another stage',
    });
  return { freezer };
}

function resolveFaultPoint({
  of,
  number,
  optional,
}: NonNullable<Words['fault-point']>): NonNullable<CriuSetup['faultPoint']> {
  return { of, number, ...(optional && { optional }) };
}

function resolveAllLimits(words: Readonly<Partial<Record<RoundCall, LimitWords | undefined>>>): CriuSetup['limits'] {
  return Object.fromEntries(
    Object.entries(words).flatMap(([of, limits]) => (limits ? [[of, resolveLimits(limits)]] : [])),
  );
}

function resolveLimits({ pids, files, 'file-size': fileSize, disk }: LimitWords): CriuLimits {
  return {
    ...(pids !== undefined && { pids }),
    ...(files !== undefined && { files }),
    ...(fileSize !== undefined && { fileSize }),
    ...(disk !== undefined && { disk }),
  };
}

function resolveSyscall(words: SyscallWords, path: Path, complain: Complain): CriuSyscall {
  const { of, task, number = 1, every, after, errno, signal, short, optional } = words;
  const { call = ANY_SYSCALL } = words;
  const outcomes = words.outcomes === undefined ? undefined : [words.outcomes].flat();
  if (words.call === undefined && !every)
    complain({ path, message: 'call is missing', expected: 'the name of a system call' });
  if ([errno, signal, short, outcomes].filter((outcome) => outcome !== undefined).length !== 1) {
    complain({
      path,
      message: 'a system call fails with an errno, brings a signal, or is short',
      expected: every ? 'one of errno, signal, short and outcomes' : 'one of errno, signal and short',
    });
  }
  if (outcomes && !every)
    complain({
      path: [...path, 'outcomes'],
      message: 'one call ends in one way',
      expected: 'errno, signal or short, or every beside outcomes',
    });
  if (short && !SHORT_SYSCALLS.includes(call)) {
    complain({ path: [...path, 'short'], message: `${call} is never short`, expected: SHORT_SYSCALLS.join(', ') });
  }
  const known = [ANY_SYSCALL, ...SYSCALL_NAMES];
  if (!known.includes(call)) {
    const hint = didYouMean(call, known);
    complain({
      path: [...path, 'call'],
      message: `unknown system call ${call}`,
      expected: 'the name of a system call of Linux, or all',
      ...(hint && { hint }),
    });
  }
  if (after !== undefined && !STAGES_OF[of].includes(after)) {
    complain({
      path: [...path, 'after'],
      message: `${after} is no stage of a ${of}`,
      expected: STAGES_OF[of].join(', '),
    });
  }
  if (every && (words.number !== undefined || after !== undefined))
    complain({
      path: [...path, 'every'],
      message: 'every call is each of them in turn, counted from the start',
      expected: 'no number and no after beside every',
    });
  if (task !== undefined && of !== 'restore')
    complain({
      path: [...path, 'task'],
      message: 'only a restore starts processes that become tasks',
      expected: 'of: restore',
    });
  if (task !== undefined && after !== undefined)
    complain({
      path: [...path, 'after'],
      message: 'the calls of a task are counted from its start',
      expected: 'no after beside task',
    });
  return {
    of,
    ...(task !== undefined && { task }),
    call,
    number,
    ...(every && { every }),
    ...(outcomes && { outcomes }),
    ...(after && { after }),
    ...(errno && { errno }),
    ...(signal && { signal }),
    ...(short && { short }),
    ...(optional && { optional }),
  };
}

type Editors = readonly EditorFacts[] | undefined;

function resolveEdit(words: EditWords, path: Path, complain: Complain, editors: Editors): ImageChange | undefined {
  const change = resolveChange(words, path, complain, editors);
  return change && words.optional ? { ...change, optional: true } : change;
}

function resolveChange(words: EditWords, path: Path, complain: Complain, editors: Editors): ImageChange | undefined {
  const changes = CHANGES.filter((change) => words[change] !== undefined);
  const wrong = (message: string): undefined => void complain({ path, message });
  const [change] = changes;
  if (!change || changes.length > 1) return wrong(`a change of an image is exactly one of ${CHANGES.join(', ')}`);
  for (const [main, others] of Object.entries(COMPANIONS)) {
    const lost = others.find((word) => words[word] !== undefined);
    if (lost && main !== change) return wrong(`${lost} belongs to ${main}, not to ${change}`);
  }
  if (words.edit !== undefined) {
    if (words.file !== undefined || words.task !== undefined) return wrong('edit itself chooses the images');
    const what = { noun: 'image editor', option: '--image-editor' };
    const facts = editors && findOwn(editors, words.edit, what, [...path, 'edit'], complain);
    if (facts) checkOwnValues(facts, words.with, path, complain);
    return { kind: 'edit', editor: words.edit, with: { ...words.with } };
  }
  if (words.mutate !== undefined) {
    if (words.file !== undefined || words.task !== undefined)
      return wrong('mutate itself names the images: a kind of them, or any');
    return { kind: 'mutate', target: words.mutate, seed: String(words.seed ?? 0), changes: words.changes ?? 1 };
  }
  if (words.set !== undefined) {
    if (words.task === undefined || words.file !== undefined)
      return wrong('set needs task, the number of a record of pstree');
    return { kind: 'task', record: words.task, set: resolveFields(words.set) };
  }
  const { file, missing, truncate, extend, at = 0, xor, drop, repeat, record = 0, field, value, add } = words;
  if (file === undefined || words.task !== undefined) return wrong('file is missing: the image that is changed');
  const number = add === undefined ? value : { add };
  if ((field === undefined) !== (number === undefined)) return wrong('field needs value or add, and they need field');
  if (value !== undefined && add !== undefined) return wrong('value and add exclude each other');
  const nth = field?.map((_, i) => words.nth?.[i] ?? 0) ?? [];
  if ((words.nth?.length ?? 0) > nth.length) return wrong('nth has a number for each of field, and no more');
  if (missing) return { kind: 'missing', file };
  if (truncate !== undefined) return { kind: 'truncate', file, bytes: truncate };
  if (extend !== undefined) return { kind: 'extend', file, bytes: extend };
  if (xor !== undefined) return { kind: 'xor', file, at, xor };
  if (drop !== undefined) return { kind: 'drop', file, record: drop };
  if (repeat !== undefined) return { kind: 'repeat', file, record: repeat };
  return { kind: 'field', file, record, path: field!, nth, value: number! };
}

function resolveFields(set: NonNullable<EditWords['set']>): Partial<Record<PstreeField, readonly number[]>> {
  const fields = (Object.keys(PSTREE_FIELDS) as PstreeField[]).filter((field) => set[field] !== undefined);
  return Object.fromEntries(fields.map((field) => [field, toList(set[field]).filter((value) => value !== ABSENT)]));
}
