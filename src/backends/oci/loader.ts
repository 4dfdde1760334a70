/** The system calls that the dynamic loader makes before a program begins: how many they are depends on the libraries of the machine. */
import type { Sandbox } from './sandbox.ts';

/**
 * How many of these system calls come before a program's own. The loader lists the libraries in place of starting the program
 * (LD_TRACE_LOADED_OBJECTS, ld.so(8)); what it does after it has begun to print them is not counted. A static program has no loader: it
 * is not started.
 */
export async function countLoaderCalls(sandbox: Sandbox, program: string, call: string): Promise<number> {
  const listing = `strace -E LD_TRACE_LOADED_OBJECTS=1 -e trace=${call},write,writev ${program} 2>&1 >/dev/null`;
  const isDynamic = `head -c 65536 "$(command -v ${program})" | grep -aqE 'ld-linux|ld-musl'`;
  const trace = await sandbox.shell(`if ${isDynamic}; then ${listing}; fi`);
  const before = trace.split('\n').findIndex((line) => /^writev?\(/.test(line));
  const lines = trace.split('\n').slice(0, before === -1 ? undefined : before);
  return lines.filter((line) => line.startsWith(`${call}(`)).length;
}
