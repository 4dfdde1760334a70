/**
 * The configuration file of a project: `mktrouble.config.*` in the current folder, and nowhere else. A TypeScript or
 * JavaScript file is code and is executed; a file that another user has put there is refused.
 */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { describeThrown, loadModule } from '../boundary/load-module.ts';
import { CannotRead, readText } from '../boundary/read-file.ts';
import { type Diagnostic, fileDiagnostic, Mistakes } from '../scenario/source/diagnostic.ts';
import { SourceText } from '../scenario/source/text.ts';
import { checkSettings, type KnownSettings } from './check.ts';
import { defineConfig } from './define.ts';
import type { Read } from './layer.ts';
import { findInProgram } from './program-text.ts';
import { parseSettings } from './text.ts';

/** The names that are looked for. */
export const CONFIG_FILES: readonly string[] = ['ts', 'mts', 'mjs', 'js', 'json', 'yaml', 'yml'].map(
  (extension) => `mktrouble.config.${extension}`,
);

const MAX_BYTES = 1 << 18;

/** The settings of the configuration file in a folder; none where there is no such file. Never throws. */
export function readConfigFile(folder: string, known: KnownSettings): Read & { readonly file?: string } {
  const [name, second] = CONFIG_FILES.filter((one) => existsSync(path.join(folder, one)));
  if (name === undefined) return { layer: { settings: {}, locate: () => '' }, diagnostics: [] };
  if (second !== undefined)
    return refuse(name, `there is a second configuration file, ${second}`, 'remove one of them');
  const file = path.join(folder, name);
  const why = whyForeign(file);
  if (why !== undefined) return refuse(name, why, 'with --no-config it is not read');
  try {
    const text = readText(file, MAX_BYTES);
    const isData = /\.(json|ya?ml)$/.test(name);
    return { ...(isData ? parseSettings(text, name, known) : execute(file, name, text, known)), file: name };
  } catch (error) {
    if (error instanceof CannotRead) return refuse(name, error.reason);
    throw error;
  }
}

function refuse(name: string, message: string, hint?: string): Read {
  return { layer: undefined, diagnostics: [fileDiagnostic(name, message, hint)] };
}

/**
 * Why a file is not of this user's project: in a folder that others can write to, such as /tmp, any user could have put it
 * there. It must belong to this user, to root, or, for root, to the owner of the folder, as in a container that mounts one.
 */
function whyForeign(file: string): string | undefined {
  const user = process.geteuid?.();
  if (user === undefined) return undefined;
  const { uid, mode } = statSync(file);
  const owners = [user, 0, ...(user === 0 ? [statSync(path.dirname(file)).uid] : [])];
  if (!owners.includes(uid)) return `it belongs to user ${uid}, not to the user that runs mktrouble`;
  return (mode & 0o002) === 0 ? undefined : 'every user can write to it';
}

/** The default export of a module, which may be TypeScript whatever Node runs it. */
function execute(file: string, name: string, text: string, known: KnownSettings): Read {
  let exported: unknown;
  try {
    exported = loadModule(file, { 'mktrouble/config': { defineConfig } })['default'];
  } catch (error) {
    return { layer: undefined, diagnostics: [thrown(error, file, name)] };
  }
  const source = new SourceText(name, text);
  const mistakes = new Mistakes(source);
  if (exported === undefined) {
    const expected = 'export default defineConfig({ … })';
    mistakes.add({ span: { start: 0, end: 0 }, message: 'the file has no default export', expected });
    return { layer: undefined, diagnostics: mistakes.diagnostics() };
  }
  const settings = checkSettings(exported, known, mistakes, (where) => findInProgram(text, where));
  const locate = (where: readonly (string | number)[]): string => {
    const { line, column } = source.place(findInProgram(text, where).start);
    return `${name}:${line}:${column}`;
  };
  return { layer: settings && { settings, locate }, diagnostics: mistakes.diagnostics() };
}

/** An exception of the file's own code, at the place in it that its stack names. */
function thrown(error: unknown, file: string, name: string): Diagnostic {
  const { message, ...place } = describeThrown(error, file);
  return { ...fileDiagnostic(name, `it cannot be loaded: ${message}`), ...place };
}
