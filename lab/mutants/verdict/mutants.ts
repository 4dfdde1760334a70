/** The mutants of the rules of a verdict: each essential function with one decision changed, by a name that lasts. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Node, parse } from 'acorn';
import ts from 'typescript';
import { ROOT } from '../../../test/scenarios/support.ts';
import { type Edit, type Operator, proposeEdits } from '../operators.ts';
import { RULES, type Rule, type Source } from './rules.ts';

export interface RuleMutant {
  /** `rule file function: operator: was -> is`, with ` (n)` from the second of its kind on. */
  readonly name: string;
  readonly rule: Rule;
  readonly file: string;
  /** The whole file as it is changed; of TypeScript without its types. */
  readonly text: string;
}

/** What can be wrong with a decision. (That a check passes always is the same as that it is left out, but for its other branch.) */
const OPERATORS: ReadonlySet<Operator> = new Set(['drop-call', 'drop-check', 'negate-condition']);
/** Calls with an argument that decides. */
const DECIDERS: ReadonlySet<string> = new Set(['filter', 'some', 'every', 'find', 'findIndex']);

type Tree = Node & Record<string, unknown>;

/** All mutants, rule by rule. */
export function* ruleMutants(): Generator<RuleMutant> {
  for (const rule of RULES) {
    const times = new Map<string, number>();
    for (const { title, file, text } of [...rule.sources.flatMap(ofSource), ...ofChanges(rule)]) {
      const name = `${rule.number} ${title}`;
      const time = (times.get(name) ?? 0) + 1;
      times.set(name, time);
      yield { name: time > 1 ? `${name} (${time})` : name, rule, file, text };
    }
  }
}

interface Titled {
  readonly title: string;
  readonly file: string;
  readonly text: string;
}

function ofChanges({ changes = [] }: Rule): Titled[] {
  return changes.map(({ file, from, to }) => {
    const [before, after, ...more] = sourceText(file).split(from);
    if (after === undefined || more.length > 0) throw new Error(`${file} does not have exactly once: ${from}`);
    return { title: `${file}: ${inShort(from)} -> ${inShort(to)}`, file, text: before + to + after };
  });
}

function ofSource({ file, functions, about, sides }: Source): Titled[] {
  const text = ts.transpileModule(sourceText(file), {
    compilerOptions: { target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
  }).outputText;
  const found = functionsIn(parse(text, { ecmaVersion: 'latest', sourceType: 'module' }) as unknown as Tree);
  const lost = functions?.find((name) => !found.some((one) => one.name === name));
  if (lost !== undefined) throw new Error(`${file} has no function ${lost}`);
  return found
    .filter(({ name }) => functions?.includes(name) ?? true)
    .flatMap(({ name, node }) =>
      decisionsIn(text, node, sides === true)
        .filter(({ start, end }) => about?.test(text.slice(start, end)) ?? true)
        .map(({ operator, start, end, by }) => ({
          title: `${file} ${name}: ${operator}: ${inShort(text.slice(start, end))} -> ${inShort(by)}`,
          file,
          text: text.slice(0, start) + by + text.slice(end),
        })),
    );
}

function decisionsIn(text: string, node: Tree, sides: boolean): Edit[] {
  const seen = new Set<string>();
  return [
    ...proposeEdits(text, node).filter(({ operator }) => OPERATORS.has(operator) || (sides && operator === 'one-side')),
    ...deciders(text, node),
  ].filter((edit) => {
    const key = `${edit.start} ${edit.end} ${edit.by}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** What a filter, or the like, decides by: the contrary. */
function deciders(text: string, node: Tree): Edit[] {
  const edits: Edit[] = [];
  walk(node, (tree) => {
    if (tree.type !== 'CallExpression') return true;
    const property = (tree['callee'] as Tree)['property'] as Tree | undefined;
    const [decides] = tree['arguments'] as Tree[];
    const body = decides?.type === 'ArrowFunctionExpression' ? (decides['body'] as Tree) : undefined;
    if (!DECIDERS.has(String(property?.['name'])) || !body || body.type === 'BlockStatement') return true;
    const { start, end } = body;
    edits.push({ operator: 'negate-condition', start, end, by: `!(${text.slice(start, end)})` });
    return true;
  });
  return edits;
}

interface NamedFunction {
  readonly name: string;
  readonly node: Tree;
}

/** The functions and methods of a module that are not within another one. */
function functionsIn(module: Tree): NamedFunction[] {
  const found: NamedFunction[] = [];
  walk(module, (tree) => {
    if (tree.type === 'FunctionDeclaration') found.push({ name: nameMutant(tree['id'] as Tree), node: tree });
    else if (tree.type === 'MethodDefinition' || (tree.type === 'Property' && tree['method']))
      found.push({ name: nameMutant(tree['key'] as Tree), node: tree['value'] as Tree });
    else return true;
    return false;
  });
  return found;
}

function nameMutant(tree: Tree): string {
  return String(tree['name']);
}

/** Visits a tree; what is below a node only where `goesOn` says so. */
function walk(tree: unknown, goesOn: (tree: Tree) => boolean): void {
  if (Array.isArray(tree)) for (const one of tree) walk(one, goesOn);
  if (tree === null || typeof tree !== 'object' || typeof (tree as Node).type !== 'string') return;
  if (!goesOn(tree as Tree)) return;
  for (const value of Object.values(tree)) walk(value, goesOn);
}

function sourceText(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

/** On one line, without the middle of what is long. */
function inShort(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 100 ? `${line.slice(0, 60)} … ${line.slice(-35)}` : line || 'nothing';
}
