/** The scenario's source, with the lines that matter marked and in sight. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { readSource } from './data.ts';
import type { CaseDetail, ReportIndex } from './format.ts';

export function SourceView({ index, detail }: { readonly index: ReportIndex; readonly detail: CaseDetail }) {
  const file = detail.position?.file ?? '';
  const [text, setText] = useState<string>();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let current = true;
    setText(undefined);
    readSource(index, file).then(
      (read) => current && setText(read),
      () => {},
    );
    return () => {
      current = false;
    };
  }, [index, file]);
  useEffect(() => {
    const line = box.current?.querySelector<HTMLElement>('.marked');
    if (line && box.current) box.current.scrollTop = line.offsetTop - 60;
  }, [text]);
  if (text === undefined || !detail.position) return null;
  const contradicted = detail.violations.flatMap((v) =>
    v.position && v.position.file === file ? [v.position.line] : [],
  );
  const marked = new Set([detail.position.line, ...contradicted]);
  return (
    <section class="source">
      <h3>{file}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div class="lines" ref={box} tabIndex={0}>
        {text
          .replace(/\n$/, '')
          .split('\n')
          .map((line, i) => (
            <div key={i} class={marked.has(i + 1) ? 'marked' : ''}>
              <span class="number">{marked.has(i + 1) ? `▸ ${i + 1}` : i + 1}</span>
              <code>{line || ' '}</code>
            </div>
          ))}
      </div>
    </section>
  );
}
