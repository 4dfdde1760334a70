/** A scenario that is a part of another document, as in a replay file: both are checked, and errors are reported at their positions. */
import type * as z from 'zod';
import type { Case } from '../model/case.ts';
import { Budget } from './budget.ts';
import { expandDocument } from './expand.ts';
import type { KnownNames } from './known-names.ts';
import { type Diagnostic, Mistakes } from './source/diagnostic.ts';
import type { Path, RawDocument } from './source/raw.ts';
import { SourceText } from './source/text.ts';
import { readYaml, type YamlLimits } from './source/yaml.ts';

export interface EnclosedOptions<T> {
  /** The schema of the document, without the scenario under its key `scenario`. */
  readonly schema: z.ZodType<T>;
  readonly limits: YamlLimits;
  readonly known: KnownNames;
}

export interface Enclosed<T> {
  /** The document, and the only case of its scenario; undefined where there is any mistake. */
  readonly found: { readonly data: T; readonly case: Case } | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Unknown keys that are reported one by one. */
const MAX_STRANGE = 10;

/** Reads a text that is one document with a scenario of one case in it; `file` is its name in diagnostics. Never throws. */
export function parseEnclosed<T>(
  text: string,
  file: string,
  { schema, limits, known }: EnclosedOptions<T>,
): Enclosed<T> {
  const source = new SourceText(file, text);
  const mistakes = new Mistakes(source);
  const [document, second] = readYaml(text, mistakes, limits);
  if (second) mistakes.add({ span: second.span, message: 'there is a second document', expected: 'one' });
  if (!document || mistakes.count > 0) return { found: undefined, diagnostics: mistakes.diagnostics() };
  const { data, error } = schema.safeParse(document.value);
  for (const issue of error?.issues ?? []) addIssue(issue, document, mistakes);
  const scenario = document.inner('scenario');
  const cases = scenario ? expandDocument(scenario, { source, mistakes, budget: new Budget(), known }) : [];
  if (mistakes.count === 0 && cases.length !== 1)
    mistakes.add({
      span: document.locate(['scenario'], 'key'),
      message: `the scenario has ${cases.length} cases`,
      expected: 'one',
    });
  const found = mistakes.count === 0 ? { data: data as T, case: cases[0]! } : undefined;
  return { found, diagnostics: mistakes.diagnostics() };
}

/** Reports an issue of zod at the place in the document that it is about. */
export function addIssue(issue: z.core.$ZodIssue, document: RawDocument, mistakes: Mistakes): void {
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys.slice(0, MAX_STRANGE))
      mistakes.add({ span: document.locate([...path, key], 'key'), message: `unknown key ${key}` });
    return;
  }
  const name = path.length === 0 ? '' : `${path.join('.')}: `;
  mistakes.add({ span: document.locate(path, 'value'), message: `${name}${issue.message}` });
}
