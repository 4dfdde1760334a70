/** The file of a podman's lock comes back now and then, by a race in podman that docs/runtime-backend.md explains. */

/** How often a test of a podman case is run again. */
const RETRIES = 2;

/** Has a test, or a suite, of cases of podman run again when it fails. `runtime`: that of its cases; others are not run again. */
export function retryForLock(context: Mocha.Context | Mocha.Suite, runtime = 'podman'): void {
  if (runtime === 'podman') context.retries(RETRIES);
}
