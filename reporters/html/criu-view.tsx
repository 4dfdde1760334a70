/** A dump and a restore by CRIU: how its calls ended, and the tree as it was before and after; what differs is marked. */
import type { CriuCensus, CriuRecord, CriuRun, CriuTask } from '../../src/record/criu.ts';

export function CriuView({ criu }: { readonly criu: CriuRecord }) {
  const calls = [criu.dump, criu.restore, criu.again].filter((call) => call !== undefined);
  const after = criu.afterAgain ?? criu.afterRestore;
  return (
    <section class="criu">
      <h4>CRIU {criu.version}</h4>
      <ul class="calls">
        {calls.map((call, i) => (
          <li key={`${i} ${call.of}`}>
            <b>
              {i === 2 ? 'once more: ' : ''}
              {call.of}
            </b>{' '}
            <span class={call.exit === 0 ? 'good' : 'bad'}>{endOf(call)}</span>
            {call.errors.map((error) => (
              <pre key={error}>{error}</pre>
            ))}
          </li>
        ))}
        {criu.hits.map(({ verb, to, signal, stage }) => (
          <li key={`${verb} ${to} ${stage}`}>
            ↯ {verb === 'signal' ? `signal ${signal ?? ''} to ${to}` : `a tracer attached to ${to}`}, at {stage}
          </li>
        ))}
      </ul>
      <Tasks before={criu.before} dumped={criu.afterDump} after={after} />
    </section>
  );
}

function endOf({ exit, signal, timedOut, flooded }: CriuRun): string {
  if (timedOut !== undefined) return `✗ killed at its limit of ${timedOut} ms`;
  if (flooded !== undefined) return '✗ killed when its log was too large';
  if (signal !== undefined) return `✗ ended by signal ${signal}`;
  return exit === 0 ? '✓ success' : `✗ exit code ${exit}`;
}

interface TasksProps {
  readonly before: CriuCensus;
  readonly dumped: CriuCensus;
  readonly after: CriuCensus | undefined;
}

/** The columns: what was seen of a task, in words that can be compared. */
const SEEN: readonly (readonly [string, (task: CriuTask) => string])[] = [
  ['state', ({ state }) => state],
  ['parent', ({ parent }) => (parent === 0 ? '–' : String(parent))],
  ['group', ({ pgid }) => String(pgid)],
  ['session', ({ session }) => String(session)],
  ['threads', ({ threads }) => threads.map(({ tid }) => tid).join(' ')],
  ['pending', ({ pending }) => pending],
  ['private memory', ({ privateMemory }) => privateMemory ?? '–'],
  ['shared memory', ({ sharedMemory }) => sharedMemory ?? '–'],
];

function Tasks({ before, dumped, after }: TasksProps) {
  const pids = [...new Set([...before.tasks, ...(after?.tasks ?? [])].map(({ pid }) => pid))].sort((a, b) => a - b);
  const at = (census: CriuCensus | undefined, pid: number) => census?.tasks.find((task) => task.pid === pid);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div class="scroll" tabIndex={0}>
      <table>
        <caption class="muted">
          before the dump → {after ? 'after the restore' : 'after the dump; nothing was restored'}
        </caption>
        <thead>
          <tr>
            <th scope="col">task</th>
            {SEEN.map(([name]) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {pids.map((pid) => {
            const was = at(before, pid);
            const is = at(after ?? dumped, pid);
            return (
              <tr key={pid} data-criu={pid}>
                <th scope="row">
                  {pid} {was?.name ?? is?.name}
                </th>
                {was && is ? (
                  SEEN.map(([name, of]) => (
                    <td key={name} class={of(was) === of(is) ? '' : 'differs'}>
                      {of(was) === of(is) ? of(was) : `${of(was)} → ${of(is)}`}
                    </td>
                  ))
                ) : (
                  <td colSpan={SEEN.length} class="differs">
                    {was ? 'gone' : 'was not there before'}
                  </td>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
