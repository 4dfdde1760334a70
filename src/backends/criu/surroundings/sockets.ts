/** Sockets with a name, and TCP sockets in repair mode, which answer nothing. */
import * as z from 'zod';
import { line } from '../../agent/request.ts';
import { WORK } from '../command-line.ts';
import type { SurroundingsKind } from './kind.ts';

/** On which the action script asks mktrouble (HOOK_SOCKET in agent/agent.h): each connection of the agent has its name. */
const OURS = `${WORK}/hook`;

/** Names that CRIU gives (files.c, fdstore.c, and others): `@/crtools-fd-106-…`, `@/criu-fdstore-…`. */
const OF_CRIU = /^@\/?(crtools|criu)-/;

/** Unix sockets that are bound to a path or an abstract name, and those that do not belong to a process any more. */
export const unixSockets: SurroundingsKind = {
  name: 'named Unix sockets',
  ofPrograms: false,
  mayBeOfProgram: (name) => !OF_CRIU.test(name),
  async read(sandbox) {
    const rows = (await sandbox.network('unix')).split('\n').slice(1);
    return rows.map((row) => row.trim().split(/\s+/)[7] ?? '').filter((name) => name !== '' && name !== OURS);
  },
};

const REPAIRED = z.object({ repaired: z.array(z.object({ pid: z.number(), fd: z.number() })) });

export const repairedSockets: SurroundingsKind = {
  name: 'TCP sockets in repair mode',
  ofPrograms: true,
  mayBeOfProgram: () => false,
  async read(sandbox, tree) {
    const lines = tree.map(({ id }) => line('task', { pid: id }));
    const { repaired } = await sandbox.ask([line('repaired'), ...lines].join('\n'), REPAIRED);
    return repaired.map(({ pid, fd }) => `file ${fd} of task ${tree.find(({ id }) => id === pid)?.pid ?? pid}`);
  },
};
