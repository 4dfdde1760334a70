/** `npm run survey [small|three|double]…`: what `hardened` does with every combination of the matrices; exit code 1 when it violates anything. */
import { MATRICES } from './matrix.ts';
import { survey } from './survey.ts';

const asked = process.argv.slice(2) as (keyof typeof MATRICES)[];
const names = asked.length > 0 ? asked : (Object.keys(MATRICES) as (keyof typeof MATRICES)[]);
for (const name of names) {
  const cases = MATRICES[name]();
  let states = 0;
  let incomplete = 0;
  let violated = 0;
  for (const c of cases) {
    const { verdict, violations } = await survey(c);
    states += verdict.tried.states ?? 0;
    if (!verdict.tried.complete) incomplete++;
    if (violations.length === 0) continue;
    violated++;
    process.exitCode = 1;
    console.log(`${name}: ${c.scenario}\n  ${violations.join('\n  ')}`);
  }
  const extent = `${cases.length} cases, ${states.toLocaleString('en')} states`;
  console.log(`${name}: ${extent}, ${violated} with violations, ${incomplete} not explored in full`);
}
