/** What a verdict says about the place where it was made. Asked once for each backend. */
import os from 'node:os';
import type { Backend, Capability } from '../backends/backend.ts';
import { packageVersion } from '../boundary/package.ts';
import type { Environment } from '../record/environment.ts';
import { readCapabilities } from './applicable.ts';

const known = new WeakMap<Backend, Promise<Environment>>();

/** The environment of the runs of a backend in this process. Never rejects: a backend that cannot say what it can do is not available. */
export function readEnvironment(backend: Backend): Promise<Environment> {
  let environment = known.get(backend);
  if (!environment) {
    environment = describe(backend);
    known.set(backend, environment);
  }
  return environment;
}

async function describe(backend: Backend): Promise<Environment> {
  const capabilities: readonly Capability[] = await readCapabilities(backend).catch((error: unknown) => [
    { name: backend.name, available: false, detail: error instanceof Error ? error.message : String(error) },
  ]);
  const [tool, ...otherTools] = capabilities.flatMap((one) => one.tool ?? []);
  return {
    mktrouble: packageVersion(),
    node: process.versions.node,
    kernel: `${os.type()} ${os.release()} ${os.machine()}`,
    user: userWords(),
    backend: backend.name,
    ...('module' in backend && { module: String(backend.module) }),
    ...(tool && { tool }),
    ...(otherTools.length > 0 && { otherTools }),
    capabilities: capabilities.map(({ name, available, detail }) => ({ name, available, detail })),
  };
}

function userWords(): string {
  const uid = process.getuid?.();
  if (uid === undefined) return os.userInfo().username;
  return uid === 0 ? 'root' : `uid ${uid}`;
}
