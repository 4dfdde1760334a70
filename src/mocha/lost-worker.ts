/** The end of a worker process of a parallel run before it had reported its cases: a failure that is no finding. */
export class LostWorker extends Error {
  override readonly name = 'LostWorker';

  /** `file`: the scenario file under test; `cases`: which of it; `how`: a signal, or an exit code. */
  constructor(file: string, cases: string, how: string) {
    super(`its worker process ended (${how}) before it reported ${cases}: none of them has a result`);
    this.stack = `${this.message}\n    at ${file}:1:1`;
  }
}
