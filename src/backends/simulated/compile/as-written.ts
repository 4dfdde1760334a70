/** The protocol as it is written, translated but not compiled: generator functions over the kernel's own. */
import type { Protocol } from '../../../protocol/stacks.ts';
import type { Steps } from '../kernel/access.ts';
import * as memory from '../kernel/memory.ts';
import { buildScope, protocolText } from './source.ts';

const made = new Map<string, (task: number) => Steps>();

/** task_main() of a protocol. */
export function asWritten(protocol: Protocol): (task: number) => Steps {
  let main = made.get(protocol.name);
  if (!main) {
    main = evaluate(protocol);
    made.set(protocol.name, main);
  }
  return main;
}

function evaluate(protocol: Protocol): (task: number) => Steps {
  const { functions, kernel } = protocolText(protocol);
  const known = new Map<string, unknown>([...buildScope(protocol).constants, ...kernel]);
  /* the machine that runs changes */
  const source = functions
    .join('\n')
    .replace(/\bm\[/g, 'memory.m[')
    .replace(/\bworld\./g, 'memory.world.');
  const make = new Function('memory', ...known.keys(), `${source}\nreturn task_main;`);
  return make(memory, ...known.values());
}
