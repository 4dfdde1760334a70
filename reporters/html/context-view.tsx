/** The restart context's fields at the step shown; what this step changed is marked. */
import type { Case } from '../../src/model/case.ts';
import type { ContextState } from '../shared/playback.ts';
import { contextFields } from '../words/context.ts';

interface Props {
  readonly now: ContextState;
  readonly before: ContextState;
  readonly c: Case | undefined;
}

export function ContextView({ now, before, c }: Props) {
  const fields = contextFields(now, c);
  const were = new Map(contextFields(before, c));
  return (
    <section class="context">
      <h4>Context</h4>
      <dl>
        {fields.map(([name, value]) => (
          <div key={name} class={were.get(name) === value ? '' : 'changed'} data-field={name}>
            <dt>{name}</dt>
            <dd>
              {value}
              {were.get(name) !== value && <span class="was"> was {were.get(name)}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
