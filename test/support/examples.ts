/** The examples of docs/examples as files of a test's folder: as they are, and as plain JavaScript. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { ROOT } from './markdown.ts';

/** The files of an example by their names. */
export function exampleFiles(name: string): Record<string, string> {
  const folder = path.join(ROOT, 'docs/examples', name);
  return Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(path.join(folder, file), 'utf8')]));
}

/** A module of TypeScript in plain JavaScript. */
export function toJavaScript(text: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
  return ts.transpileModule(text, { compilerOptions }).outputText;
}
