/** mktrouble.known.yaml: the defects that are known, reviewed and kept beside the scenarios. Read with positions, and written. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { isMap, parseDocument } from 'yaml';
import { CannotRead, readOwnText } from '../boundary/read-file.ts';
import { type DefectState, hashSignature, type KnownDefect } from '../model/signature.ts';
import { addIssue } from './enclosed.ts';
import { MAX_REPLAY_BYTES, MAX_REPLAY_TOKENS, MAX_REPLAY_VALUES } from './limits.ts';
import { type DefectsFile, defectsFile } from './schema/defects.ts';
import { type Diagnostic, fileDiagnostic, Mistakes } from './source/diagnostic.ts';
import { didYouMean } from './source/nearest.ts';
import type { RawDocument } from './source/raw.ts';
import { SourceText } from './source/text.ts';
import { readYaml } from './source/yaml.ts';

export const DEFECTS_FILE = 'mktrouble.known.yaml';

export interface LoadedDefects {
  /** None when there is any error. */
  readonly defects: readonly KnownDefect[];
  readonly diagnostics: readonly Diagnostic[];
  /** Lines of the file where the defects are, by name. */
  readonly lines: ReadonlyMap<string, number>;
}

/** The file of known defects for what is in a folder: the nearest one in it or above it; undefined where there is none. */
export function findDefectsFile(folder: string): string | undefined {
  const file = path.join(folder, DEFECTS_FILE);
  if (existsSync(file)) return file;
  const above = path.dirname(folder);
  return above === folder ? undefined : findDefectsFile(above);
}

/** The defects of a file. One that cannot be read is a diagnostic. `properties`: the names that exist. */
export function loadDefects(file: string, properties: readonly string[]): LoadedDefects {
  try {
    return parseDefects(readOwnText(file, MAX_REPLAY_BYTES), file, properties);
  } catch (error) {
    if (!(error instanceof CannotRead)) throw error;
    return { defects: [], diagnostics: [fileDiagnostic(file, error.reason)], lines: new Map() };
  }
}

/** The defects of a text; `file` is its name in diagnostics. Never throws. */
export function parseDefects(text: string, file: string, properties: readonly string[]): LoadedDefects {
  const source = new SourceText(file, text);
  const mistakes = new Mistakes(source);
  const limits = { tokens: MAX_REPLAY_TOKENS, values: MAX_REPLAY_VALUES };
  const [document, second] = readYaml(text, mistakes, limits);
  if (second) mistakes.add({ span: second.span, message: 'there is a second document', expected: 'one' });
  if (!document || mistakes.count > 0) return { defects: [], diagnostics: mistakes.diagnostics(), lines: new Map() };
  const { data, error } = defectsFile.safeParse(document.value);
  for (const issue of error?.issues ?? []) addIssue(issue, document, mistakes);
  const defects = Object.entries(data?.defects ?? {}).map(([name, defect]) => ({ name, ...defect }) as KnownDefect);
  checkProperties(defects, document, mistakes, properties);
  checkSignatures(defects, document, mistakes);
  const place = (name: string) => source.place(document.locate(['defects', name], 'key').start).line;
  const lines = new Map(defects.map(({ name }) => [name, place(name)]));
  const diagnostics = mistakes.diagnostics();
  return { defects: mistakes.count > 0 ? [] : defects, diagnostics, lines };
}

function checkProperties(
  defects: readonly KnownDefect[],
  document: RawDocument,
  mistakes: Mistakes,
  properties: readonly string[],
): void {
  for (const { name, signatures } of defects) {
    signatures.forEach(({ property }, i) => {
      if (properties.includes(property)) return;
      const span = document.locate(['defects', name, 'signatures', i, 'property'], 'value');
      mistakes.add({ span, message: `unknown property ${property}`, hint: () => didYouMean(property, properties) });
    });
  }
}

/** Each finding belongs to one defect. */
function checkSignatures(defects: readonly KnownDefect[], document: RawDocument, mistakes: Mistakes): void {
  const owners = new Map<string, string>();
  for (const { name, signatures } of defects) {
    signatures.forEach((signature, i) => {
      const id = hashSignature(signature);
      const owner = owners.get(id);
      owners.set(id, name);
      if (owner === undefined) return;
      const span = document.locate(['defects', name, 'signatures', i], 'value');
      const where = owner === name ? 'this defect has this signature twice' : `${owner} has this signature, too`;
      mistakes.add({ span, message: where, expected: 'each signature once', hint: 'make them one defect' });
    });
  }
}

/** An update of a file of known defects. */
export interface DefectsUpdate {
  readonly added: readonly KnownDefect[];
  /** New states, by the names of defects. */
  readonly states: ReadonlyMap<string, DefectState>;
}

const COMMENT = ` The defects that mktrouble has found here. To review a new one, give it a name and a title, and set its state:
 known, flaky (shows in some runs only) or fixed. \`mktrouble triage --update\` adds new ones at the end and keeps all else.`;

/**
 * The text of a file of known defects with this update; comments and all that it does not change stay. Without a text, that of a
 * new file. `schema`: what an editor checks a new file against.
 */
export function updateDefects(text: string | undefined, { added, states }: DefectsUpdate, schema?: string): string {
  const document = parseDocument(text ?? '');
  if (text === undefined) {
    const line = schema === undefined ? '' : ` yaml-language-server: $schema=${schema}\n\n`;
    document.contents = document.createNode({ version: 1, defects: {} }) as typeof document.contents;
    document.commentBefore = `${line}${COMMENT}`;
  }
  for (const [name, state] of states) document.setIn(['defects', name, 'state'], state);
  const written: DefectsFile['defects'] = Object.fromEntries(
    added.map(({ name, ...defect }) => [name, defect as never]),
  );
  for (const [name, defect] of Object.entries(written)) document.setIn(['defects', name], document.createNode(defect));
  const list = document.get('defects');
  if (isMap(list)) list.flow = false;
  return document.toString({ lineWidth: 0 });
}
