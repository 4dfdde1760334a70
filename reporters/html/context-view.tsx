/** What tasks share at the step shown, by name; what this step changed is marked. */
import type { Case } from '../../src/model/case.ts';
import type { Snapshot } from '../shared/playback.ts';
import { contextFields } from '../words/context.ts';

interface Props {
  readonly now: Snapshot;
  readonly before: Snapshot;
  readonly c: Case | undefined;
}

export function ContextView({ now, before, c }: Props) {
  const fields = contextFields(now, c);
  const were = new Map(contextFields(before, c));
  if (fields.length === 0) return null;
  return (
    <section class="context">
      <h4>{now.words ? 'Shared words' : 'Context'}</h4>
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
