/**
 * Which CRIU is used: the program or the version that MKTROUBLE_CRIU names, else the one on PATH when it says that it works
 * here, else one that `mktrouble setup criu` has unpacked, started through its own dynamic loader.
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { UNLISTED_OPTIONS } from '../../model/criu-options.ts';
import { cacheFolder } from '../host/cache.ts';
import { distrust } from '../host/trust.ts';
import { listEntries, unpackedCommand } from '../host/unpacked.ts';
import { installedVersions, installFolder } from './install.ts';

const run = promisify(execFile);

/** A CRIU that can be started. */
export interface Criu {
  /** How it is started: a program and its first arguments. */
  readonly command: readonly string[];
  /** As it says itself, for example `4.1.1`. */
  readonly version: string;
  readonly where: string;
  /** The program itself, not the loader that starts it. */
  readonly path: string;
  /** What MKTROUBLE_CRIU has to be for the same one. */
  readonly name: string;
}

/** The long options that its --help lists; undefined when it does not answer. `ext-unix-sk` it has and does not list. */
export async function listOptions({ command }: Criu): Promise<ReadonlySet<string> | undefined> {
  const answer = await start(command, '--help');
  if ('why' in answer) return undefined;
  const listed = [...answer.said.matchAll(/(?:^|[\s|])--([a-z][a-z-]+)/g)].map(([, name]) => name!);
  return new Set([...listed, ...UNLISTED_OPTIONS]);
}

/** The version that the shipped suite is written for: of several that are unpacked, it is used. */
const SUITE_VERSION = '4.1.1';
const SETUP = '`npx mktrouble setup criu` fetches one, or MKTROUBLE_CRIU names one';

/** Whether a text is a version of CRIU, and not the name of a program. */
export function isVersion(text: string): boolean {
  return /^\d+(\.\d+)+$/.test(text);
}

/** The CRIU to use; a text that says why there is none. Rejects with BadCache. */
export async function locateCriu(environment: NodeJS.ProcessEnv = process.env): Promise<Criu | string> {
  const { MKTROUBLE_CRIU: own } = environment;
  if (own) return isVersion(own) ? unpackedVersion(own, environment) : named(own);
  const onPath = await programOnPath(environment);
  if (onPath !== undefined) {
    const version = await readVersion([onPath]);
    if ('version' in version && (await checks([onPath])))
      return { command: [onPath], version: version.version, where: onPath, path: onPath, name: onPath };
  }
  const versions = await installedVersions(cacheFolder(environment));
  const chosen = versions.includes(SUITE_VERSION) ? SUITE_VERSION : versions[0];
  if (chosen !== undefined) return unpackedVersion(chosen, environment);
  return onPath === undefined ? `there is no criu here: ${SETUP}` : `${onPath} does not pass criu check: ${SETUP}`;
}

async function named(program: string): Promise<Criu | string> {
  const answer = await readVersion([program]);
  return 'why' in answer
    ? `MKTROUBLE_CRIU names ${program}, which does not start: ${answer.why}`
    : {
        command: [program],
        version: answer.version,
        where: `${program}, as MKTROUBLE_CRIU says`,
        path: absolute(program),
        name: absolute(program),
      };
}

/** A path is made absolute, so that it is valid from any folder; a bare name is one of PATH. */
function absolute(program: string): string {
  return program.includes('/') ? path.resolve(program) : program;
}

async function unpackedVersion(version: string, environment: NodeJS.ProcessEnv): Promise<Criu | string> {
  const cache = cacheFolder(environment);
  const command = await unpackedCommand(installFolder(cache, version), 'usr/sbin/criu');
  if (command === undefined) {
    const onPath = await programOnPath(environment);
    const answer = onPath === undefined ? undefined : await readVersion([onPath]);
    if (answer && 'version' in answer && answer.version === version)
      return { command: [onPath!], version, where: onPath!, path: onPath!, name: onPath! };
    const others = await installedVersions(cache);
    const have = others.length === 0 ? 'none is unpacked' : `unpacked are ${others.join(' and ')}`;
    return `there is no CRIU ${version} here (${have}): \`npx mktrouble setup criu@${version}\` fetches it`;
  }
  for (const file of command.flatMap((word) => word.split(':')).filter((word) => path.isAbsolute(word))) {
    const reason = distrust(file);
    if (reason !== undefined) return `the unpacked CRIU ${version} is not safe: ${reason}`;
  }
  const answer = await readVersion(command);
  if ('why' in answer) return `the unpacked CRIU ${version} does not start: ${answer.why}`;
  return {
    command,
    version: answer.version,
    where: 'unpacked by mktrouble setup criu',
    path: command.at(-1)!,
    name: version,
  };
}

async function programOnPath({ PATH = '' }: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of [...PATH.split(':'), '/usr/sbin', '/sbin']) {
    if (folder !== '' && (await listEntries(folder)).includes('criu')) return path.join(folder, 'criu');
  }
  return undefined;
}

async function readVersion(command: readonly string[]): Promise<{ version: string } | { why: string }> {
  const answer = await start(command, '--version');
  return 'why' in answer ? answer : { version: /Version:\s*(\S+)/.exec(answer.said)?.[1] ?? 'unknown' };
}

async function checks(command: readonly string[]): Promise<boolean> {
  return 'said' in (await start(command, 'check'));
}

/** What it prints, or why it fails: the end of its standard error. */
async function start(
  [program, ...first]: readonly string[],
  argument: string,
): Promise<{ said: string } | { why: string }> {
  return run(program!, [...first, argument]).then(
    ({ stdout }) => ({ said: stdout }),
    (error: { stderr?: string; message: string }) => ({
      why: error.stderr?.trim().split('\n').at(-1) || error.message,
    }),
  );
}
