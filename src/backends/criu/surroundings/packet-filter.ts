/** Rules of the packet filter: CRIU locks the network of a tree with them. Listed by the machine's own tools, where it has them. */
import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Seen } from '../census.ts';
import type { Sandbox } from '../sandbox.ts';
import type { SurroundingsKind } from './kind.ts';

const execute = promisify(execFile);
/** Milliseconds. */
const LIMIT = 10_000;

export const packetFilter: SurroundingsKind = {
  name: 'packet filter rules',
  ofPrograms: true,
  mayBeOfProgram: () => false,
  async read(sandbox, tree) {
    const ofTree = (await findNetworks(sandbox, tree)).map(async (id) =>
      (await readRules(sandbox, id)).map((rule) => `in the tree's own network, ${rule}`),
    );
    return (await Promise.all([readRules(sandbox, INIT), ...ofTree])).flat();
  },
};

/** The agent's init. */
const INIT = 1;

/** The number of a process for each network namespace of the tree that is not that around it: a tree with its own is locked in there. */
async function findNetworks(sandbox: Sandbox, tree: readonly Seen[]): Promise<readonly number[]> {
  const open = (id: number) => readlink(sandbox.inside(`/proc/${id}/ns/net`)).catch(() => undefined);
  const around = await open(INIT);
  const found = new Map<string, number>();
  for (const { id } of tree) {
    const network = await open(id);
    if (network !== undefined && network !== around && !found.has(network)) found.set(network, id);
  }
  return [...found.values()];
}

/** The rules in the network namespace of a process. */
async function readRules(sandbox: Sandbox, id: number): Promise<readonly string[]> {
  const folder = sandbox.inside(`/proc/${id}`);
  const [nft, ...legacy] = await Promise.all([
    run(sandbox, folder, 'nft', 'list', 'ruleset'),
    ...(['ip', 'ip6'] as const).map(async (ip) => {
      const tables = await readFile(`${folder}/net/${ip}_tables_names`, 'latin1').catch(() => '');
      return tables.trim() === '' ? '' : run(sandbox, folder, `${ip}tables-legacy-save`);
    }),
  ]);
  // Where nft is not installed, iptables may be: it shows its own rules.
  const others =
    nft === undefined ? ['iptables-save', 'ip6tables-save'].map((command) => run(sandbox, folder, command)) : [];
  const saved = [...legacy, ...(await Promise.all(others))];
  return [...parseNft(nft ?? ''), ...saved.flatMap((text) => parseSave(text ?? ''))];
}

/** What a tool prints in the network namespace of a process; undefined where the tool is missing, or is not permitted. */
async function run(sandbox: Sandbox, folder: string, ...command: readonly string[]): Promise<string | undefined> {
  const user = sandbox.isUser ? [`--user=/proc/${sandbox.init}/ns/user`, '--preserve-credentials'] : [];
  const enter = [`--net=${folder}/ns/net`, ...user];
  try {
    const { stdout } = await execute('nsenter', [...enter, '--', ...command], { timeout: LIMIT, encoding: 'utf8' });
    return stdout;
  } catch {
    return undefined;
  }
}

/** `table inet CRIU-100, chain output: meta mark != 0x0000c114 drop`; counters do not count. */
export function parseNft(text: string): string[] {
  const rules: string[] = [];
  const within: string[] = [];
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line.startsWith('#') || line === '') continue;
    if (line.endsWith('{')) within.push(line.slice(0, -1).trim());
    else if (line === '}') within.pop();
    // What a chain is hooked to is no rule, and a tool makes empty chains by listing them.
    else if (!/^type \S+ hook|^policy /.test(line))
      rules.push(`${within.join(', ')}: ${line.replace(/counter packets \d+ bytes \d+ ?/g, '').trim()}`);
  }
  return rules;
}

/** The rules of what iptables-save prints: without tables, chains, counters. */
export function parseSave(text: string): string[] {
  return text.split('\n').filter((line) => line.startsWith('-A '));
}
