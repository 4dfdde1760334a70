/** The command that shows a verdict again, ready for a shell. */
import { HOSTILE } from '../../src/boundary/harmless.ts';
import type { Verdict } from '../../src/record/verdict.ts';
import { listTools } from '../words/environment.ts';
import type { EngineRow } from './engines.ts';

/** `mktrouble replay` where a replay file was written, else the same case with the same seed; with the same program where a backend runs one. */
export function replayCommand(verdict: Verdict): string {
  const { replay, backend, project, position, protocol, record, seed, title, tried, environment, case: c } = verdict;
  const settings = environment
    ? listTools(environment).map(({ setting: [name, value] }) => `${name}=${quoted(value)}`)
    : [];
  const command = (...words: readonly string[]): string =>
    [...settings, ...['npx', 'mktrouble', ...words].map(quoted)].join(' ');
  const on = backend === 'simulated' ? [] : ['--backend', environment?.module ?? backend];
  const judged = [
    ...(verdict.properties ?? []).flatMap((file) => ['--property', file]),
    ...(verdict.faults ?? []).flatMap((file) => ['--fault', file]),
    ...(verdict.imageEditors ?? []).flatMap((file) => ['--image-editor', file]),
  ];
  if (replay !== undefined) return command('replay', replay, ...on, ...judged);
  // A run among many has a seed of its own; with it, one schedule is enough.
  const one = record?.seed ?? undefined;
  const many = tried.strategy === 'random' && tried.schedules > 1 ? ['--schedules', String(tried.schedules)] : [];
  return command(
    'run',
    position.file,
    '--grep',
    asPattern(title),
    // An engine that is named on the command line makes a project that no configuration has.
    ...(project === undefined || environment?.tool ? on : ['--project', project]),
    '--protocol',
    protocol,
    '--seed',
    one ?? seed,
    ...(one === undefined ? many : ['--schedules', '1']),
    ...(c?.subject ? ['--allow-commands'] : []),
    ...judged,
  );
}

/** The backends whose findings can be exported. */
const EXPORTED: ReadonlySet<string> = new Set(['simulated', 'criu', 'oci']);

/** `mktrouble export` of a finding, for a bug tracker; undefined where nothing was found, or where its backend has no export. */
export function exportCommand({ backend, bucket, replay, position, title }: Verdict): string | undefined {
  if (!bucket || !EXPORTED.has(backend)) return undefined;
  const finding = replay ?? `${position.file}#${title}`;
  return ['npx', 'mktrouble', 'export', finding, '--as', backend === 'simulated' ? 'markdown' : 'sh']
    .map(quoted)
    .join(' ');
}

/** `mktrouble export` of a regression as the smallest scenario; undefined where the engines are none that a flag can name. */
export function regressionCommand({ change, cells }: EngineRow): string | undefined {
  const ends = [cells[0], cells.at(-1)];
  const [passes, fails] = ends;
  if (change !== 'new' || passes?.properties.length !== 0 || fails?.finding === undefined) return undefined;
  const engines = ends.flatMap((cell) =>
    cell?.engine === undefined ? [] : [cell.engine.flag, `${cell.project}=${cell.engine.value}`],
  );
  if (engines.length < 2 * ends.length || passes.engine!.value === fails.engine!.value) return undefined;
  return ['npx', 'mktrouble', 'export', fails.finding, '--as', 'scenario', ...engines].map(quoted).join(' ');
}

/** Mocha's --grep takes a regular expression. A character that cannot be pasted into a shell matches any character. */
function asPattern(title: string): string {
  return title.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replace(UNPRINTABLE, '[^]');
}

/** Shell quoting: POSIX, but for control characters, which only the `$'…'` of bash, zsh and ksh can show. */
export function quoted(word: string): string {
  if (/^[\w@%+=:,./-]+$/.test(word)) return word;
  if (word.search(UNPRINTABLE) === -1) return `'${word.replaceAll("'", "'\\''")}'`;
  const escaped = word.replace(/[\\']/g, '\\$&').replace(UNPRINTABLE, (c) => [...Buffer.from(c)].map(octal).join(''));
  return `$'${escaped}'`;
}

function octal(byte: number): string {
  return `\\${byte.toString(8).padStart(3, '0')}`;
}

const UNPRINTABLE = new RegExp(`[\\t\\n]|${HOSTILE.source}`, 'gu');
