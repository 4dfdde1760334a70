/** A dump and a restore by CRIU: how its calls ended, and the tree as it was before and after; what differs is marked. */

import type { CriuCensus, CriuRecord, CriuTask } from '../../src/record/criu.ts';
import { describeFact } from '../../src/record/fact-words.ts';
import { type CallWords, describeCalls, stateWords } from '../words/criu.ts';

export function CriuView({ criu }: { readonly criu: CriuRecord }) {
  return (
    <section class="criu">
      <h4>CRIU {criu.version}</h4>
      <ol class="calls">
        {describeCalls(criu).map((call) => (
          <Call key={call.name} call={call} />
        ))}
      </ol>
      <Tasks before={criu.before} dumped={criu.afterDump} after={criu.afterAgain ?? criu.afterRestore} />
    </section>
  );
}

function Call({ call }: { readonly call: CallWords }) {
  const { name, succeeded, ended, faults, errors, lastLine, waiting, left } = call;
  return (
    <li>
      <b>{name}</b>{' '}
      <span class={succeeded ? 'good' : 'bad'}>
        {succeeded ? '✓' : '✗'} {ended}
      </span>
      {faults.map((fault) => (
        <p key={fault}>↯ {fault}</p>
      ))}
      {errors.length > 0 && <pre title="errors of CRIU's log">{errors.join('\n')}</pre>}
      {lastLine !== undefined && (
        <p>
          last line of its log: <code>{lastLine}</code>
        </p>
      )}
      {waiting.length > 0 && (
        <>
          <p>where each process waits:</p>
          <pre>{waiting.join('\n')}</pre>
        </>
      )}
      <p class="muted">tasks after it: {left}</p>
    </li>
  );
}

interface TasksProps {
  readonly before: CriuCensus;
  readonly dumped: CriuCensus;
  readonly after: CriuCensus | undefined;
}

/** The columns: what was seen of a task, in words that can be compared. */
const SEEN: readonly (readonly [string, (task: CriuTask) => string])[] = [
  ['state', ({ state }) => stateWords(state)],
  ['parent', ({ parent }) => (parent === 0 ? '–' : String(parent))],
  ['group', ({ pgid }) => String(pgid)],
  ['session', ({ session }) => String(session)],
  ['threads', ({ threads }) => threads.map(({ tid }) => tid).join(' ')],
  ['pending signals', ({ pending }) => (/^0+$/.test(pending) ? '–' : describeFact('pending signals', pending))],
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
