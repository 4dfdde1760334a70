/**
 * Which CRIU is used: the program that MKTROUBLE_CRIU names, else the one on PATH when it says that it works here, else
 * the one that `npm run setup:criu` has unpacked, started through its own dynamic loader.
 */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../c-program.ts';
import { installFolder } from './install.ts';

const run = promisify(execFile);

/** A CRIU that can be started. */
export interface Criu {
  /** How it is started: a program and its first arguments. */
  readonly command: readonly string[];
  /** As it says itself, for example `4.1.1`. */
  readonly version: string;
  readonly where: string;
}

/** The CRIU to use; a text that says why there is none. */
export async function locateCriu(environment: NodeJS.ProcessEnv = process.env): Promise<Criu | string> {
  const { MKTROUBLE_CRIU: own } = environment;
  if (own) {
    const version = await versionOf([own]);
    return version === undefined
      ? `MKTROUBLE_CRIU names ${own}, which does not start`
      : { command: [own], version, where: `${own}, as MKTROUBLE_CRIU says` };
  }
  const installed = await unpacked(installFolder(cacheFolder(environment)));
  const onPath = await programOnPath(environment);
  if (onPath !== undefined) {
    const version = await versionOf([onPath]);
    if (version !== undefined && (await checks([onPath]))) return { command: [onPath], version, where: onPath };
  }
  if (installed !== undefined) {
    const version = await versionOf(installed);
    if (version !== undefined) return { command: installed, version, where: 'unpacked by npm run setup:criu' };
  }
  return onPath === undefined
    ? 'there is no criu here: npm run setup:criu fetches one, or MKTROUBLE_CRIU names one'
    : `${onPath} does not pass criu check: npm run setup:criu fetches one, or MKTROUBLE_CRIU names one`;
}

/** How the unpacked one is started; undefined when there is none. */
async function unpacked(folder: string): Promise<string[] | undefined> {
  const libraries = path.join(folder, 'usr/lib');
  const triples = await entriesOf(libraries);
  for (const triple of triples) {
    const inside = path.join(libraries, triple);
    const loader = (await entriesOf(inside)).find((name) => /^ld-linux.*\.so\.\d+$/.test(name));
    if (loader) return [path.join(inside, loader), '--library-path', inside, path.join(folder, 'usr/sbin/criu')];
  }
  return undefined;
}

/** None of a folder that is not there. */
async function entriesOf(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

async function programOnPath({ PATH = '' }: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of [...PATH.split(':'), '/usr/sbin', '/sbin']) {
    if (folder !== '' && (await entriesOf(folder)).includes('criu')) return path.join(folder, 'criu');
  }
  return undefined;
}

async function versionOf(command: readonly string[]): Promise<string | undefined> {
  const answer = await start(command, '--version');
  return answer === undefined ? undefined : (/Version:\s*(\S+)/.exec(answer)?.[1] ?? 'unknown');
}

async function checks(command: readonly string[]): Promise<boolean> {
  return (await start(command, 'check')) !== undefined;
}

/** What it prints; undefined when it fails. */
async function start([program, ...first]: readonly string[], argument: string): Promise<string | undefined> {
  return run(program!, [...first, argument]).then(
    ({ stdout }) => stdout,
    () => undefined,
  );
}
