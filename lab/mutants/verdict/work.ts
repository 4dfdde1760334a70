/** The mutants of the verdict's rules as work of a campaign: an item runs the tests of a rule against one. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { defineWork } from '../../../src/cli/campaign/own.ts';
import { ROOT } from '../../../test/scenarios/support.ts';
import { ruleMutants } from './mutants.ts';
import { type Fate, findReason } from './page.ts';
import { RULES, type Rule } from './rules.ts';
import { type Said, Workshop, whyNoCriu } from './workshop.ts';

const mutants = new Map([...ruleMutants()].map((mutant) => [mutant.name, mutant]));
let opened: Promise<Workshop> | undefined;
let missing: Promise<string | undefined> | undefined;
/** What the tests of a rule say without a mutant. */
const unchanged = new Map<Rule, Promise<Said>>();

async function run(name: string): Promise<Fate | undefined> {
  const { rule, ...mutant } = mutants.get(name)!;
  missing ??= whyNoCriu();
  if (rule.needsCriu && (await missing) !== undefined) return undefined;
  opened ??= Workshop.open();
  const workshop = await opened;
  let said = unchanged.get(rule);
  if (!said) {
    said = workshop.run(rule.tests);
    unchanged.set(rule, said);
  }
  const { failed } = await said;
  if (failed !== undefined) throw new Error(`without a mutant this fails: ${failed}`);
  return { mutant: name, rule: rule.number, by: (await workshop.run(rule.tests, mutant)).failed };
}

/** The tests run the whole program. */
function listSources(): string[] {
  return readdirSync(path.join(ROOT, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)));
}

export default defineWork({
  contract: 1,
  name: 'verdict-mutants',
  files: [...new Set([...listSources(), ...RULES.flatMap(({ tests }) => tests)])].map((file) => path.join(ROOT, file)),
  limit: 3_600_000,
  items: () => [...mutants.values()].map(({ name, rule }) => ({ name, cost: rule.needsCriu ? 60_000 : 20_000 })),
  run: async (name) => {
    const fate = await run(name);
    // Without CRIU.
    if (!fate) return { status: 'skip' };
    const isOpen = fate.by === undefined && findReason(name) === undefined;
    return { value: fate, findings: isOpen ? [{ property: 'mutant-survives', place: name }] : [] };
  },
  dispose: async () => (await opened)?.close(),
});
