/** Several engines side by side: a column each, the cases that differ first; a cell opens the case on that engine. */

import { useState } from 'preact/hooks';
import { grouped } from '../words/numbers.ts';
import type { EngineTable } from './format.ts';

/** Rows that are shown before a reader asks for all. */
const ROWS = 50;

interface Props {
  readonly engines: EngineTable;
  readonly onOpen: (position: number) => void;
}

export function EnginesView({ engines: { projects, summary, broken, rows }, onOpen }: Props) {
  const [all, setAll] = useState(false);
  const shown = all ? rows : rows.slice(0, ROWS);
  return (
    <section class="engines">
      <h2>Engines</h2>
      <p>{summary}</p>
      {broken.map((text) => (
        <p key={text} class="bad">
          {text}
        </p>
      ))}
      {rows.length > 0 && (
        <div class="wide">
          <table>
            <thead>
              <tr>
                <th scope="col">case</th>
                <th scope="col">change</th>
                {projects.map((project) => (
                  <th scope="col" key={project}>
                    {project}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map(({ title, change, cells }) => (
                <tr key={`${title} ${cells[0]?.position}`} class={change.replace(' ', '-')}>
                  <th scope="row">{title}</th>
                  <td class="change">{change}</td>
                  {cells.map(({ text, position }, i) => (
                    <td key={projects[i]}>
                      {position < 0 ? (
                        text
                      ) : (
                        <button type="button" class="quiet" onClick={() => onOpen(position)}>
                          {text}
                        </button>
                      )}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {shown.length < rows.length && (
        <button type="button" onClick={() => setAll(true)}>
          show all {grouped(rows.length)}
        </button>
      )}
    </section>
  );
}
