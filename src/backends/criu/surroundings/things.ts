/** Kinds of things that only the agent can list: a process in the namespaces of the case. */
import * as z from 'zod';
import { line } from '../../agent/request.ts';
import type { Sandbox } from '../sandbox.ts';
import type { SurroundingsKind } from './kind.ts';

const THINGS = z.object({ things: z.array(z.string()) });

/** Things of a kind (do_things in agent/serve.c). `pid`: in the namespaces of this process. */
export async function listThings(sandbox: Sandbox, of: string, pid?: number): Promise<string[]> {
  return (await sandbox.ask(line('things', { of, pid }), THINGS)).things;
}

/** `word`: the kind, as the agent calls it. */
export function listedByAgent(name: string, word: string): SurroundingsKind {
  return {
    name,
    ofPrograms: false,
    // A program may make and remove them itself, and CRIU gives them no names of its own.
    mayBeOfProgram: () => true,
    read: (sandbox) => listThings(sandbox, word),
  };
}
