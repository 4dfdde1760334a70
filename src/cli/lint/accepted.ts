/** `# lint: <rule>` at the end of a line of a scenario file: the finding of this rule is accepted there. */
import { didYouMean } from '../../scenario/source/nearest.ts';
import { type LintFinding, RULES, type RuleName } from './finding.ts';

const ACCEPTED = /(?<=\s)# lint: (\S+)/;

/** Whether this line accepts findings of the rule. */
export function accepts(line: string, rule: RuleName): boolean {
  return ACCEPTED.exec(line)?.[1] === rule;
}

/** The lines that accept a rule that does not exist: they have no effect, and what was meant is reported all the same. */
export function unknownRules(file: string, text: string): LintFinding[] {
  return text.split('\n').flatMap((line, i) => {
    const found = ACCEPTED.exec(line);
    if (!found || Object.hasOwn(RULES, found[1]!)) return [];
    const known = Object.keys(RULES);
    return {
      rule: 'unknown-rule' as const,
      position: { file, line: i + 1, column: found.index + '# lint: '.length + 1 },
      message: `there is no rule ${found[1]}`,
      hint: didYouMean(found[1]!, known) ?? `the rules are ${known.join(', ')}`,
    };
  });
}
