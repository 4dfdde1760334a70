/** Kinds of things that only the agent can list: a process in the namespaces of the case. */
import * as z from 'zod';
import { line } from '../../agent/request.ts';
import type { SurroundingsKind } from './kind.ts';

const THINGS = z.object({ things: z.array(z.string()) });

/** `word`: the request (do_things in agent/serve.c). */
export function listedByAgent(name: string, word: string): SurroundingsKind {
  return {
    name,
    ofPrograms: false,
    // A program may make and remove them itself, and CRIU gives them no names of its own.
    mayBeOfProgram: () => true,
    read: async (sandbox) => (await sandbox.ask(line('things', { of: word }), THINGS)).things,
  };
}
