/** The outcomes of a case as a table: what differs from the first row is marked. */
import type { Ending } from '../../src/record/verdict.ts';
import { endingTable } from '../words/endings.ts';
import { count } from '../words/numbers.ts';

interface Props {
  readonly endings: readonly Ending[];
  /** How many there are, also where not all of them are kept. */
  readonly outcomes: number | undefined;
  /** Whether these are all that there are. */
  readonly complete: boolean;
  /** Shows a run with this outcome; undefined where none was found. */
  readonly onShow: ((ending: Ending) => void) | undefined;
}

export function EndingsView({ endings, outcomes, complete, onShow }: Props) {
  const { pids, rows } = endingTable(endings);
  const all = Math.max(outcomes ?? 0, endings.length);
  const shown = endings.length < all ? `, of which ${endings.length} are shown` : '';
  const [first] = rows;
  if (!first || (rows.length === 1 && first.violates?.length === 0)) return null;
  const differs = (words: string, firstWords: string | undefined) => (words === firstWords ? '' : 'differs');
  return (
    <section class="endings">
      <h3>
        Outcomes{' '}
        <small>
          {complete ? `${count(all, 'outcome')}, which is all of them` : `${count(all, 'outcome')} that were met`}
          {shown}
        </small>
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div class="scroll" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">coordinator</th>
              {pids.length > 0 ? (
                pids.map((pid) => (
                  <th key={pid} scope="col">
                    {pid}
                  </th>
                ))
              ) : (
                <th scope="col">tasks</th>
              )}
              <th scope="col" title="of the shortest way there that was met">
                steps
              </th>
              <th scope="col">violates</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ coordinator, tasks, more, findings, steps, violates, outcomes, ending }) => (
              <tr
                key={`${coordinator} ${tasks} ${more} ${findings}`}
                class={violates && violates.length > 0 ? 'violating' : ''}
              >
                <th scope="row" class={differs(coordinator, first.coordinator)}>
                  {onShow ? (
                    <button type="button" class="quiet" title="show a run that ends so" onClick={() => onShow(ending)}>
                      {coordinator}
                    </button>
                  ) : (
                    coordinator
                  )}
                </th>
                {tasks.map((words, i) => (
                  <td key={i} class={differs(words, first.tasks[i])}>
                    {words}
                  </td>
                ))}
                <td class="number">{steps}</td>
                <td class="violated">
                  {violates === undefined ? (
                    <span class="muted">not judged: the search was over</span>
                  ) : violates.length === 0 ? (
                    <span class="good">✓ nothing</span>
                  ) : (
                    <span class="bad">✗ {violates.join(', ')}</span>
                  )}
                  {findings.length > 0 && <span class="muted"> ({findings.join(', ')})</span>}
                  {more.map((words) => (
                    <span key={words} class="muted">
                      {' '}
                      · {words}
                    </span>
                  ))}
                  {outcomes > 1 && <span class="muted"> · {outcomes} outcomes</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
