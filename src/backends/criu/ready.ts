/** Whether a program shows what its scenario waits for. Nothing connects to it: a connection would be part of the dump. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ReadySign } from '../../model/subject.ts';
import type { Command } from './command.ts';
import { WORK } from './command-line.ts';
import type { Sandbox } from './sandbox.ts';

/** As /proc/net has it. */
const LISTEN = '0A';
const ACCEPTS_CONNECTIONS = 0x10000;
const DATAGRAM = 2;

/** Whether a program shows the sign; `folder`: its working folder. */
export async function showsSign(
  sandbox: Sandbox,
  sign: ReadySign,
  name: Command['name'],
  folder: string,
): Promise<boolean> {
  switch (sign.kind) {
    case 'file':
      return stat(sandbox.inside(path.resolve(folder, sign.path))).then(
        () => true,
        () => false,
      );
    case 'output': {
      const texts = await Promise.all(['stdout', 'stderr'].map((stream) => read(sandbox, `${WORK}/${name}.${stream}`)));
      return texts.some((text) => text.includes(sign.text));
    }
    case 'port':
      return (await inetPorts(sandbox, 'tcp')).some(({ port, state }) => port === sign.port && state === LISTEN);
    case 'udp-port':
      return (await inetPorts(sandbox, 'udp')).some(({ port }) => port === sign.port);
    case 'socket':
      return (await unixSockets(sandbox)).some((bound) => isSame(bound, sign.path, folder));
  }
}

/** Local ports of the network namespace, of both versions of IP. */
async function inetPorts(sandbox: Sandbox, protocol: 'tcp' | 'udp'): Promise<{ port: number; state: string }[]> {
  const tables = await Promise.all([protocol, `${protocol}6`].map((table) => sandbox.network(table)));
  return tables.flatMap((table) =>
    table
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const [, local, , state] = line.trim().split(/\s+/);
        const port = local?.split(':').at(-1);
        return port === undefined || state === undefined ? [] : [{ port: Number.parseInt(port, 16), state }];
      }),
  );
}

/** The paths of those unix sockets that accept connections or datagrams. */
async function unixSockets(sandbox: Sandbox): Promise<string[]> {
  const lines = (await sandbox.network('unix')).split('\n').slice(1);
  return lines.flatMap((line) => {
    const [, flags, type, bound] = /^\S+: \S+ \S+ (\S+) (\S+) \S+ +\S+ (.*)$/.exec(line) ?? [];
    if (bound === undefined) return [];
    const accepts = Number.parseInt(flags!, 16) & ACCEPTS_CONNECTIONS || Number.parseInt(type!, 16) === DATAGRAM;
    return accepts ? [bound] : [];
  });
}

function isSame(bound: string, wanted: string, folder: string): boolean {
  if (bound.startsWith('@') || wanted.startsWith('@')) return bound === wanted;
  return path.resolve(folder, bound) === path.resolve(folder, wanted);
}

function read(sandbox: Sandbox, file: string): Promise<string> {
  return readFile(sandbox.inside(file), 'utf8').catch(() => '');
}
