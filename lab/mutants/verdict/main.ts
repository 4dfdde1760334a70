/**
 * `npm run mutants:verdict`: each mutant of the rules of a verdict against the tests of its rule, which must turn red.
 *   --rule <n>      the mutants of this rule (repeatable)
 *   --only <text>   the mutants with this text in their names
 *   --again         also those with a fate that is known from an earlier run (.mktrouble/verdict-mutants.jsonl)
 * Writes docs/verdict-mutants.md from all fates that are known. Exits with 1 when a mutant survives that is not listed as equivalent.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../../test/scenarios/support.ts';
import { ruleMutants } from './mutants.ts';
import { type Fate, findReason, page } from './page.ts';
import { RULES } from './rules.ts';
import { Workshop, whyNoCriu } from './workshop.ts';

const FATES = path.join(ROOT, '.mktrouble/verdict-mutants.jsonl');

const { values } = parseArgs({
  options: {
    rule: { type: 'string', multiple: true, default: [] },
    only: { type: 'string', default: '' },
    again: { type: 'boolean', default: false },
  },
});
const missing = await whyNoCriu();
const rules = RULES.filter(({ number, needsCriu }) => {
  if (values.rule.length > 0 && !values.rule.includes(String(number))) return false;
  if (!needsCriu || missing === undefined) return true;
  console.log(`rule ${number} is left out: ${missing}`);
  return false;
});

mkdirSync(path.dirname(FATES), { recursive: true });
if (values.again) rmSync(FATES, { force: true });
const fates = new Map<string, Fate>(
  (existsSync(FATES) ? readFileSync(FATES, 'utf8').split('\n').filter(Boolean) : []).map((line) => {
    const fate: Fate = JSON.parse(line);
    return [fate.mutant, fate];
  }),
);

const workshop = await Workshop.open();
const all: Fate[] = [];
try {
  for (const rule of rules) {
    const unchanged = await workshop.run(rule.tests);
    if (unchanged.failed !== undefined) throw new Error(`without a mutant this fails: ${unchanged.failed}`);
    console.log(`rule ${rule.number}: ${unchanged.passed} tests pass without a mutant`);
    for (const mutant of ruleMutants()) {
      if (mutant.rule !== rule || !mutant.name.includes(values.only)) continue;
      const earlier = fates.get(mutant.name);
      // A test that was written since may notice one that survived.
      const known = earlier?.by === undefined && findReason(mutant.name) === undefined ? undefined : earlier;
      const fate = known ?? {
        mutant: mutant.name,
        rule: rule.number,
        by: (await workshop.run(rule.tests, mutant)).failed,
      };
      all.push(fate);
      if (known) continue;
      appendFileSync(FATES, `${JSON.stringify(fate)}\n`);
      console.log(`${fate.by === undefined ? 'survived' : 'killed'} ${fate.mutant}${fate.by ? ` (${fate.by})` : ''}`);
    }
  }
} finally {
  workshop.close();
}
if (values.only === '') writeFileSync(path.join(ROOT, 'docs/verdict-mutants.md'), page(current()));
const survivors = all.filter(({ by, mutant }) => by === undefined && findReason(mutant) === undefined);
console.log(`${all.filter(({ by }) => by !== undefined).length} killed, ${survivors.length} survive without a reason`);
for (const { mutant } of survivors) console.log(`  ${mutant}`);
process.exitCode = survivors.length > 0 ? 1 : 0;

/** The fates of the mutants that there are, also of rules that were not asked for. */
function current(): Fate[] {
  const known = new Map([...fates, ...all.map((fate) => [fate.mutant, fate] as const)]);
  return [...ruleMutants()].flatMap(({ name }) => known.get(name) ?? []);
}
