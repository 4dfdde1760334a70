/**
 * From a document to its cases. Each part is checked and resolved once for each choice of the matrix values that it, or
 * what it refers to, depends on; cases share what does not differ.
 */

import path from 'node:path';
import {
  type Case,
  type Explore,
  type Fault,
  type Image,
  isProtocolFile,
  type Position,
  type RestartCall,
} from '../model/case.ts';
import type { CriuSetup } from '../model/criu.ts';
import type { RuntimeSetup } from '../model/runtime.ts';
import type { Subject } from '../model/subject.ts';
import type { Bases } from './bases.ts';
import type { Budget } from './budget.ts';
import { type Checked, checkKeys, checkSection } from './check.ts';
import type { Complain } from './complain.ts';
import { type ScenarioDefaults, withDefaults } from './defaults.ts';
import { type KnownNames, ownFacts } from './known-names.ts';
import { MAX_DIAGNOSTICS } from './limits.ts';
import { type Combination, describeValues, Matrix, type Template, template, type Values } from './matrix.ts';
import { collectPositions, type Positions, positionAt, withAll } from './positions.ts';
import { checkNamespaces, resolveCriu } from './resolve/criu.ts';
import { resolveExpect, resolveExplore } from './resolve/expect.ts';
import { resolveFaults } from './resolve/faults.ts';
import { resolveImage } from './resolve/image.ts';
import { resolveRestart } from './resolve/restart.ts';
import { resolveRuntime } from './resolve/runtime.ts';
import { resolveCommand, resolveSubject } from './resolve/subject.ts';
import { resolveTree, type Tree } from './resolve/tree.ts';
import { SECTION_NAMES, type Section } from './schema/document.ts';
import type { Lazy, Mistakes } from './source/diagnostic.ts';
import { isMapping, type Path, type RawDocument, type RawMapping, show } from './source/raw.ts';
import type { SourceText } from './source/text.ts';

/** The file that a document is in. */
export interface FileContext {
  readonly source: SourceText;
  readonly mistakes: Mistakes;
  readonly budget: Budget;
  readonly known: KnownNames;
  readonly defaults?: ScenarioDefaults;
  readonly bases?: Bases;
}

/** The cases of a document; none when it has mistakes, which are then in the context. */
export function expandDocument(raw: RawDocument, context: FileContext): Case[] {
  const before = context.mistakes.count;
  const say = complainer(raw, context.mistakes);
  if (!isMapping(raw.value)) {
    say({
      path: [],
      message: `a document cannot be ${show(raw.value)}`,
      expected: 'a scenario: a mapping with scenario and tree',
    });
    return [];
  }
  const extended = extendDocument(raw.value, context, say);
  if (!extended) return [];
  checkKeys(extended, say);
  const document = context.defaults ? withDefaults(extended, context.defaults) : extended;
  const cases = new Expansion(raw, document, context).cases();
  return context.mistakes.count > before ? [] : cases;
}

/** The document with what it extends; undefined when that has mistakes. */
function extendDocument(document: RawMapping, { bases }: FileContext, say: Complain): RawMapping | undefined {
  const written = document['extends'];
  if (written !== undefined && checkSection('extends', written, say) === undefined) return undefined;
  if (bases === undefined && written === undefined) return document;
  const extended = bases?.extend(document) ?? 'only a scenario of a file can extend another file';
  if (typeof extended !== 'string') return extended;
  say({ path: written === undefined ? [] : ['extends'], message: `what it extends has mistakes: ${extended}` });
  return undefined;
}

/** Converts paths to positions; `values` are those of the matrix that may be the cause of the mistake. */
function complainer(raw: RawDocument, mistakes: Mistakes, values: Values = {}): Complain {
  const noted = (hint: Lazy): Lazy => {
    if (Object.keys(values).length === 0) return hint;
    return () => {
      const note = `in the case ${describeValues(values)}`;
      const said = typeof hint === 'function' ? hint() : hint;
      return said === undefined ? note : `${said}; ${note}`;
    };
  };
  return ({ path, part, hint, ...rest }) =>
    mistakes.add({ ...rest, span: raw.locate(findSourcePath(path, raw), part ?? 'value'), hint: noted(hint) });
}

/** What the document has from a file that it extends is shown at `extends`. */
function findSourcePath(path: Path, { value }: RawDocument): Path {
  const [section] = path;
  if (section === undefined || !isMapping(value) || Object.hasOwn(value, section) || !Object.hasOwn(value, 'extends'))
    return path;
  return ['extends'];
}

/** A scenario that has one of these is for CRIU. */
const CRIU_SECTIONS: readonly Section[] = ['criu', 'subject', 'check'];

type Per<T> = (combination: Combination) => T;

class Expansion {
  readonly #raw: RawDocument;
  readonly #document: RawMapping;
  readonly #context: FileContext;
  readonly #matrix: Matrix;
  readonly #templates: ReadonlyMap<Section, Template>;

  constructor(raw: RawDocument, document: RawMapping, context: FileContext) {
    this.#raw = raw;
    this.#document = document;
    this.#context = context;
    const say = complainer(raw, context.mistakes);
    this.#matrix = new Matrix(readMatrix(document, say) ?? {});
    const keys = Object.keys(isMapping(document['matrix']) ? document['matrix'] : {});
    const sections = SECTION_NAMES.filter((section) => section !== 'matrix' && Object.hasOwn(document, section));
    this.#templates = new Map(sections.map((section) => [section, template(document[section]!, [section], keys, say)]));
  }

  cases(): Case[] {
    const { mistakes, budget } = this.#context;
    const varying = [...this.#templates.values()].filter(({ uses }) => uses.size > 0);
    const values = varying.reduce((sum, { uses, size }) => sum + this.#matrix.count(this.#known(uses)) * size, 0);
    if (!budget.takeCases(this.#matrix.count(), values, complainer(this.#raw, mistakes))) return [];
    const make = this.#caseMaker();
    const cases: Case[] = [];
    for (const combination of this.#matrix.combinations()) {
      const made = make(combination);
      if (made !== undefined) cases.push(made);
      // More would not be shown.
      if (mistakes.count > 10 * MAX_DIAGNOSTICS) break;
    }
    return cases;
  }

  #caseMaker(): Per<Case | undefined> {
    const { file } = this.#context.source;
    const position = positionAt(this.#raw, this.#context.source, ['scenario']);
    const [scenario, why, tags] = [this.#part('scenario'), this.#part('why'), this.#part('tags')];
    const tree = this.#tree();
    const restart = this.#restart(tree);
    const image = this.#image(tree);
    const criu = this.#criu(tree);
    const runtime = this.#runtime();
    const faults = this.#faults(tree, image, restart, criu, runtime);
    const expect = this.#expect(tree, restart, faults);
    const explore = this.#explore();
    const [subject, check] = [this.#subject(), this.#check()];
    const [skip, todo, only] = [this.#part('skip'), this.#part('todo'), this.#part('only')];
    return (combination) => {
      // All parts are checked even when one is wrong, so that all errors are reported together.
      const parts = { tree: tree(combination), restart: restart(combination), image: image(combination) };
      const more = { faults: faults(combination), expect: expect(combination), explore: explore(combination) };
      const setup = criu(combination);
      const container = runtime(combination);
      const program = subject(combination);
      const checks = check(combination);
      const [name, reason, words] = [scenario(combination), why(combination), tags(combination)];
      const [skipped, missing, chosen] = [skip(combination), todo(combination), only(combination)];
      if (!parts.tree || !parts.restart || !parts.image || !more.faults || !more.expect || name === undefined)
        return undefined;
      const { values } = combination;
      const suffix = describeValues(values);
      const title = suffix === '' ? name : `${name} [${suffix}]`;
      return {
        id: `${file}#${title}`,
        scenario: name,
        title,
        ...(reason === undefined ? {} : { why: reason }),
        tags: words ?? [],
        matrix: values,
        position,
        ...((skipped ?? missing) === undefined ? {} : { skip: skipped ?? `todo: ${missing}` }),
        ...(chosen === undefined ? {} : { only: chosen }),
        tasks: parts.tree.tasks,
        image: parts.image,
        restart: parts.restart,
        faults: more.faults,
        ...(setup === undefined ? {} : { criu: setup }),
        ...(container === undefined ? {} : { runtime: container }),
        ...(program === undefined ? {} : { subject: program }),
        ...(checks === undefined ? {} : { check: checks }),
        ...(more.explore === undefined ? {} : { explore: more.explore }),
        expect: more.expect.expect,
        positions: more.expect.positions,
      };
    };
  }

  #tree(): Per<Tree | undefined> {
    const document = this.#part('tree');
    return this.#per(['tree'], (combination, say) => {
      const tree = document(combination);
      if (tree === undefined) return undefined;
      const tasks = 'generate' in tree ? tree.generate.tasks : 0;
      return this.#context.budget.takeTasks('trees', tasks, ['tree'], say) ? resolveTree(tree, say) : undefined;
    });
  }

  #restart(tree: Per<Tree | undefined>): Per<RestartCall | undefined> {
    const document = this.#part('restart', {});
    return this.#per(['tree', 'restart'], (combination, say) => {
      const [words, of] = [document(combination), tree(combination)];
      if (!words || !of) return undefined;
      const restart = resolveRestart(words, of, say, this.#context.known, path.dirname(this.#context.source.file));
      const isForCriu = CRIU_SECTIONS.some((section) => Object.hasOwn(this.#document, section));
      if (words.backends !== undefined) return restart;
      if (isForCriu) return { ...restart, backends: ['criu'] };
      return Object.hasOwn(this.#document, 'runtime') ? { ...restart, backends: ['oci'] } : restart;
    });
  }

  #image(tree: Per<Tree | undefined>): Per<Image | undefined> {
    const document = this.#part('image', {});
    return this.#per(['tree', 'image'], (combination, say) => {
      const [words, of] = [document(combination), tree(combination)];
      if (words === undefined || of === undefined) return undefined;
      const tasks = Math.max(of.tasks.length, words.pids?.length ?? 0);
      return this.#context.budget.takeTasks('images', tasks, ['image'], say) ? resolveImage(words, of, say) : undefined;
    });
  }

  #faults(
    tree: Per<Tree | undefined>,
    image: Per<Image | undefined>,
    restart: Per<RestartCall | undefined>,
    criu: Per<CriuSetup | undefined>,
    runtime: Per<RuntimeSetup | undefined>,
  ): Per<Fault[] | undefined> {
    const document = this.#part('faults', []);
    const findPosition = (i: number): Position => positionAt(this.#raw, this.#context.source, ['faults', i]);
    return this.#per(['tree', 'image', 'restart', 'criu', 'runtime', 'faults'], (combination, say) => {
      const words = document(combination);
      const resolved = { tree: tree(combination), image: image(combination), restart: restart(combination) };
      if (words === undefined || !resolved.tree || !resolved.image || !resolved.restart) return undefined;
      const { tree: of, image: saved, restart: call } = resolved;
      return resolveFaults(
        words,
        {
          tree: of,
          image: saved,
          restart: call,
          criu: criu(combination),
          isProgram: this.#isProgram(),
          runtime: runtime(combination),
          own: ownFacts(this.#context.known, call.protocol),
          verbs: this.#context.known.faultVerbs,
          positionOf: findPosition,
        },
        say,
      );
    });
  }

  #expect(tree: Per<Tree | undefined>, restart: Per<RestartCall | undefined>, faults: Per<Fault[] | undefined>) {
    const document = this.#part('expect', {});
    let places: Positions | undefined;
    // The faults matter only for the children that they fork.
    const listed = this.#document['faults'];
    const forks = Array.isArray(listed) && listed.some((fault) => isMapping(fault) && 'fork' in fault);
    // The protocol matters only where it may be one of one's own, which has names of its own.
    const call = this.#document['restart'];
    const named = isMapping(call) ? call['protocol'] : undefined;
    const isOwn = typeof named === 'string' && (isProtocolFile(named) || named.includes('${{'));
    const sections: Section[] = forks
      ? ['tree', 'image', 'restart', 'criu', 'runtime', 'faults', 'expect']
      : ['tree', ...(isOwn ? (['restart'] as const) : []), 'expect'];
    return this.#per(sections, (combination, say) => {
      const [words, of] = [document(combination), tree(combination)];
      const made = forks ? faults(combination) : [];
      if (words === undefined || of === undefined || made === undefined) return undefined;
      const tasks = words.tasks?.['all'] === undefined ? 0 : of.tasks.length;
      if (!this.#context.budget.takeTasks('expectations', tasks, ['expect', 'tasks', 'all'], say)) return undefined;
      const protocol = isOwn ? restart(combination)?.protocol : undefined;
      const own = protocol === undefined ? undefined : ownFacts(this.#context.known, protocol);
      const expect = resolveExpect(words, of, made, say, this.#context.known, own);
      places ??= collectPositions(this.#raw, this.#context.source);
      return { expect, positions: withAll(places, of) };
    });
  }

  /** A program of the user's, and a check, are for CRIU too. */
  #criu(tree: Per<Tree | undefined>): Per<CriuSetup | undefined> {
    const document = this.#part(
      'criu',
      CRIU_SECTIONS.some((section) => Object.hasOwn(this.#document, section)) ? {} : undefined,
    );
    return this.#per(['tree', 'criu'], (combination, say) => {
      const words = document(combination);
      const setup =
        words && resolveCriu(words, say, { editors: this.#context.known.imageEditors, isProgram: this.#isProgram() });
      if (setup?.namespaces) checkNamespaces(setup, tree(combination)?.tasks ?? [], say);
      return setup;
    });
  }

  #isProgram(): boolean {
    return Object.hasOwn(this.#document, 'subject');
  }

  #runtime(): Per<RuntimeSetup | undefined> {
    const document = this.#part('runtime');
    return this.#per(['runtime'], (combination, say) => {
      const words = document(combination);
      return words && resolveRuntime(words, say);
    });
  }

  #subject(): Per<Subject | undefined> {
    const document = this.#part('subject');
    return this.#per(['subject'], (combination, say) => {
      const words = document(combination);
      return words && resolveSubject(words, this.#writtenAt, say);
    });
  }

  #check(): Per<string[] | undefined> {
    const document = this.#part('check');
    return this.#per(['check'], (combination) => {
      const words = document(combination);
      return words && resolveCommand(words, ['check'], this.#writtenAt);
    });
  }

  readonly #writtenAt = (path: Path): string => {
    const { start, end } = this.#raw.locate(path, 'value');
    return this.#context.source.text.slice(start, end);
  };

  #explore(): Per<Explore | undefined> {
    const document = this.#part('explore');
    return this.#per(['explore'], (combination, say) => {
      const words = document(combination);
      return words && resolveExplore(words, say);
    });
  }

  /** A section as it is checked; `absent` when the document does not have it, undefined when it is wrong. */
  #part<S extends Section>(section: S, absent?: Checked<S>): Per<Checked<S> | undefined> {
    const written = this.#templates.get(section);
    if (written === undefined) return () => absent;
    return this.#per([section], ({ values }, say) => checkSection(section, written.fill(values), say));
  }

  /** Made once for each choice of the values that these sections use. */
  #per<T>(sections: readonly Section[], make: (combination: Combination, say: Complain) => T): Per<T> {
    const uses = this.#known(new Set(sections.flatMap((section) => [...(this.#templates.get(section)?.uses ?? [])])));
    return this.#matrix.memo(uses, (combination) => {
      const values = Object.fromEntries(uses.map((key) => [key, combination.values[key]!]));
      return make(combination, complainer(this.#raw, this.#context.mistakes, values));
    });
  }

  /** Those keys that the matrix has: none when the matrix itself is wrong. */
  #known(uses: ReadonlySet<string>): string[] {
    return this.#matrix.keys.filter((key) => uses.has(key));
  }
}

/** The matrix of a document; undefined when it has none, or a wrong one. */
function readMatrix(document: RawMapping, say: Complain): Checked<'matrix'> | undefined {
  const written = document['matrix'];
  if (written === undefined) return undefined;
  const matrix = checkSection('matrix', written, say);
  for (const [key, values] of Object.entries(matrix ?? {})) {
    const seen = new Set<unknown>();
    values.forEach((value, i) => {
      const path = ['matrix', key, i];
      if (seen.has(value)) say({ path, message: `duplicate value ${show(value)}` });
      seen.add(value);
      if (String(value).includes('${{')) say({ path, message: 'a value of the matrix cannot be an expression' });
    });
  }
  return matrix;
}
