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
  mayBeOfProgram: () => false,
  async read(sandbox) {
    const [nft, ...legacy] = await Promise.all([
      run(sandbox, 'nft', 'list', 'ruleset'),
      ...(['ip', 'ip6'] as const).map(async (ip) =>
        (await sandbox.network(`${ip}_tables_names`)).trim() === '' ? '' : run(sandbox, `${ip}tables-legacy-save`),
      ),
    ]);
    // Where nft is not installed, iptables may be: it shows its own rules.
    const others = nft === undefined ? [run(sandbox, 'iptables-save'), run(sandbox, 'ip6tables-save')] : [];
    const saved = [...legacy, ...(await Promise.all(others))];
    return [...parseNft(nft ?? ''), ...saved.flatMap((text) => parseSave(text ?? ''))];
  },
};

/** What a tool prints in the network namespace of a case; undefined where the tool is missing, or is not permitted. */
async function run(sandbox: Sandbox, ...command: readonly string[]): Promise<string | undefined> {
  const user = sandbox.isUser ? ['--user', '--preserve-credentials'] : [];
  const enter = ['--target', String(sandbox.init), '--net', ...user];
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
