/** The reporters that ship, by the names that `--reporter` takes. */
export const REPORTER_NAMES: readonly string[] = ['spec', 'junit', 'json', 'tap', 'github'];
