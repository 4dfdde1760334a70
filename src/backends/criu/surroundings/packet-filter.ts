/** Rules of the packet filter: CRIU locks the network of a tree with them. Listed by the machine's own tools, where it has them. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Sandbox } from '../sandbox.ts';
import type { SurroundingsKind } from './kind.ts';

const execute = promisify(execFile);
/** Milliseconds. */
const LIMIT = 10_000;

export const packetFilter: SurroundingsKind = {
  name: 'packet filter rules',
  ofPrograms: true,
  changes: false,
  async read(sandbox) {
    const legacy = await Promise.all(
      ['ip_tables_names', 'ip6_tables_names'].map(async (table) => (await sandbox.network(table)).trim() !== ''),
    );
    const [nft, ...iptables] = await Promise.all([
      run(sandbox, ['nft', 'list', 'ruleset']),
      ...['iptables-legacy-save', 'ip6tables-legacy-save'].map((tool, i) => (legacy[i] ? run(sandbox, [tool]) : '')),
    ]);
    return [...parseNft(nft), ...iptables.flatMap(parseSave)];
  },
};

/** Empty where the tool is missing. */
async function run(sandbox: Sandbox, command: readonly string[]): Promise<string> {
  const enter = [
    '--target',
    String(sandbox.init),
    '--net',
    ...(sandbox.isUser ? ['--user', '--preserve-credentials'] : []),
  ];
  try {
    const { stdout } = await execute('nsenter', [...enter, '--', ...command], { timeout: LIMIT, encoding: 'utf8' });
    return stdout;
  } catch {
    return '';
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
