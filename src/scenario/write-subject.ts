/** A program of the user's as the words of a scenario; defaults are left out. */
import { DEFAULT_MODE, DEFAULT_READY_TIMEOUT, type Ready, type Subject, type SubjectFile } from '../model/subject.ts';
import type { Document } from './schema/document.ts';

type Words = NonNullable<Document['subject']>;

/** The `subject` section that loads to this program. */
export function writeSubject({ command, cwd, env, files, ready, load, exitCode }: Subject): Words {
  return {
    command: [...command],
    ...(cwd === '.' ? {} : { cwd }),
    ...(Object.keys(env).length === 0 ? {} : { env: { ...env } }),
    ...(files.length === 0 ? {} : { files: Object.fromEntries(files.map((file) => [file.path, fileWords(file)])) }),
    ...(ready === undefined ? {} : { ready: readyWords(ready) }),
    ...(load === undefined ? {} : { load: { command: [...load.command], ready: readyWords(load.ready) } }),
    ...(exitCode === undefined ? {} : { 'exit-code': exitCode }),
  };
}

function fileWords({ text, mode }: SubjectFile): NonNullable<Words['files']>[string] {
  return mode === DEFAULT_MODE ? text : { text, mode: mode.toString(8).padStart(4, '0') };
}

function readyWords({ sign, timeout }: Ready): NonNullable<Words['ready']> {
  const { kind, ...what } = sign;
  return {
    [kind]: Object.values(what)[0],
    ...(timeout === DEFAULT_READY_TIMEOUT ? {} : { timeout }),
  };
}
