/** The agent's program: compiled from its C sources at first use. */
import { compileAgent } from '../agent/compile.ts';

/** The path of the agent; compiles it when the cache does not have it. Rejects with CannotCompile and BadCache. */
export function compileCriuAgent(cache?: string): Promise<string> {
  return compileAgent({ name: 'criu-agent', folder: 'criu/agent' }, cache);
}
