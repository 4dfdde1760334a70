/** The rule that is violated: what must hold, where that is from, and where to look. */
import { explainProperty } from '../../src/properties/index.ts';

export function RuleView({ property, open }: { readonly property: string; readonly open: boolean }) {
  const rule = explainProperty(property);
  if (!rule) return null;
  return (
    <details class="rule" open={open}>
      <summary>{rule.title}</summary>
      <p>{rule.statement}</p>
      <p>
        <b>source</b> {rule.source}
      </p>
      <p>
        <b>where to look</b> {rule.hint}
      </p>
    </details>
  );
}
