/** The exit codes of `mktrouble`. */
export const EXIT = {
  /** Everything as expected. */
  ok: 0,
  /** A property or an expectation does not hold. */
  finding: 1,
  /** Bad input: nothing was run. */
  input: 2,
  /** A defect of mktrouble, or of a backend. */
  defect: 3,
  /** A search was stopped before it was complete, and nothing was found. */
  incomplete: 4,
  /** Ended by SIGINT, SIGTERM, SIGHUP or SIGQUIT, after reporting what was done. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
