/** What CRIU's log says went wrong. */

/** Errors that a run of mktrouble's always has, and which stop nothing. */
const HARMLESS = /RLIMIT_NOFILE for self/;
/** Errors that a record keeps. */
const MOST = 12;

/** The errors of a log in their order, each once, without times and pids of CRIU's own. */
export function readErrors(log: string): string[] {
  const found = new Set<string>();
  for (const line of log.split('\n')) {
    const [, where, what] = /Error \((?:criu\/|compel\/)?([^)]*)\):\s*(.*)$/.exec(line) ?? [];
    if (where === undefined || what === undefined || HARMLESS.test(what)) continue;
    found.add(`${where}: ${what}`);
    if (found.size === MOST) break;
  }
  return [...found];
}

/** Characters of a last line; CRIU's own are shorter. */
const LINE_AT_MOST = 300;

/** The last line of a log; undefined where it has none. */
export function readLastLine(log: string): string | undefined {
  const last = log
    .split('\n')
    .findLast((line) => line.trim() !== '' && !HARMLESS.test(line))
    ?.trim();
  return last ? last.slice(0, LINE_AT_MOST) : undefined;
}
