/** Whether a backend supports a case on this machine, and why not. */
import type { Backend, Capability } from '../backends/backend.ts';
import type { Case } from '../model/case.ts';

const asked = new WeakMap<Backend, Promise<readonly Capability[]>>();

/** What a backend can do on this machine; asked once for each backend. */
export function readCapabilities(backend: Backend): Promise<readonly Capability[]> {
  let answer = asked.get(backend);
  if (!answer) {
    answer = backend.capabilities();
    asked.set(backend, answer);
  }
  return answer;
}

/** The reason why a backend cannot run a case; undefined when it can. Rejects only for a defect of the backend. */
export async function whyNot(backend: Backend, c: Case): Promise<string | undefined> {
  const { backends, protocol } = c.restart;
  if (backends.length > 0 && !backends.includes(backend.name)) {
    return `the scenario is for ${backends.join(' and ')} only`;
  }
  if (backend.name !== 'criu' && needsCriu(c)) return 'it has words that only criu understands';
  if (backend.name !== 'oci' && backends.length === 0 && c.runtime) return 'it is for a container runtime';
  const strange = c.faults.find(({ own }) => own && !own.backends.includes(backend.name));
  if (strange)
    return `the fault verb ${strange.own!.verb} is for ${strange.own!.backends.join(' and ') || 'no backend'} only`;
  const [itself] = await readCapabilities(backend);
  if (itself && !itself.available) return `${backend.name}: ${itself.detail}`;
  return backend.refuses(c, protocol);
}

/** Whether something of the case needs a real checkpoint. */
function needsCriu(c: Case): boolean {
  return (
    c.criu !== undefined ||
    c.faults.some(({ when }) => when.kind === 'criu') ||
    c.tasks.some(({ criu }) => criu !== undefined)
  );
}
