/** What CRIU's log says went wrong. */

/** Errors that a run of mktrouble's always has, and which stop nothing. */
const HARMLESS = /RLIMIT_NOFILE for self/;
/** Errors that a record keeps. */
const MOST = 12;

/** The errors of a log in their order, each once, without times and pids of CRIU's own. */
export function errorsOf(log: string): string[] {
  const found = new Set<string>();
  for (const line of log.split('\n')) {
    const [, where, what] = /Error \((?:criu\/|compel\/)?([^)]*)\):\s*(.*)$/.exec(line) ?? [];
    if (where === undefined || what === undefined || HARMLESS.test(what)) continue;
    found.add(`${where}: ${what}`);
    if (found.size === MOST) break;
  }
  return [...found];
}
