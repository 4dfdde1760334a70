/** All the ways in which a case can end, as a table: what differs from the first row is marked. */
import type { Ending } from '../../src/record/verdict.ts';
import { endingTable } from '../shared/ending-words.ts';

interface Props {
  readonly endings: readonly Ending[];
  /** Whether these are all that there are. */
  readonly complete: boolean;
}

export function EndingsView({ endings, complete }: Props) {
  const { pids, rows } = endingTable(endings);
  const [first] = rows;
  if (!first || (rows.length === 1 && first.violates?.length === 0)) return null;
  const differs = (words: string, firstWords: string | undefined) => (words === firstWords ? '' : 'differs');
  return (
    <section class="endings">
      <h3>
        Ways to end <small>{complete ? `${rows.length}, which is all of them` : `${rows.length} that were met`}</small>
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
            {rows.map(({ coordinator, tasks, findings, steps, violates }) => (
              <tr
                key={`${coordinator} ${tasks} ${findings}`}
                class={violates && violates.length > 0 ? 'violating' : ''}
              >
                <th scope="row" class={differs(coordinator, first.coordinator)}>
                  {coordinator}
                </th>
                {tasks.map((words, i) => (
                  <td key={i} class={differs(words, first.tasks[i])}>
                    {words}
                  </td>
                ))}
                <td class="number">{steps}</td>
                <td class="violated">
                  {violates === undefined ? (
                    <span class="muted">nobody looked: the search was over</span>
                  ) : violates.length === 0 ? (
                    <span class="good">✓ nothing</span>
                  ) : (
                    <span class="bad">✗ {violates.join(', ')}</span>
                  )}
                  {findings.length > 0 && <span class="muted"> ({findings.join(', ')})</span>}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
