/** Screens of a terminal as one SVG that plays them, one after the other: text, so that it is small and sharp. */

/** One screen, and for how long it is shown, in seconds. */
export interface Screen {
  readonly lines: readonly string[];
  readonly seconds: number;
}

interface Look {
  readonly bold: boolean;
  readonly dim: boolean;
  /** An SGR number of COLORS; 0 for none. */
  readonly color: number;
}

const PLAIN: Look = { bold: false, dim: false, color: 0 };
/** The colours that reports use, by their SGR numbers. */
const COLORS: Readonly<Record<number, string>> = {
  31: '#ff8585',
  32: '#62d293',
  33: '#efba62',
  34: '#7ab8ff',
  35: '#cfa6ff',
  36: '#6fd3e0',
};
const CELL = { width: 8.4, height: 18 };
const MARGIN = 16;
const TITLE = 30;

/** The SVG of a terminal of so many columns and rows. Where animation is not wanted it shows the last screen. */
export function terminalSvg(screens: readonly Screen[], columns: number, rows: number): string {
  const width = Math.ceil(columns * CELL.width + 2 * MARGIN);
  const height = rows * CELL.height + 2 * MARGIN + TITLE;
  const total = screens.reduce((sum, { seconds }) => sum + seconds, 0);
  /** Most lines are on several screens: each is there once. */
  const known = new Map<string, string>();
  const place = (text: string, row: number): string => {
    const spans = spansOf(text);
    if (spans.every((span) => span.text.trim() === '')) return '';
    const drawn = spans.map(tspan).join('');
    const id = known.get(drawn) ?? `l${known.size}`;
    known.set(drawn, id);
    return `<use href="#${id}" y="${(row * CELL.height).toFixed(0)}"/>`;
  };
  let begin = 0;
  const styles: string[] = [];
  const groups = screens.map(({ lines, seconds }, i) => {
    const percent = (time: number) => `${((100 * time) / total).toFixed(2)}%`;
    styles.push(
      `@keyframes k${i}{0%{visibility:${i === 0 ? 'visible' : 'hidden'}}${percent(begin)}{visibility:visible}${percent(begin + seconds)},100%{visibility:${begin + seconds >= total ? 'visible' : 'hidden'}}}`,
      `#f${i}{animation:k${i} ${total.toFixed(1)}s step-end infinite}`,
    );
    begin += seconds;
    return `<g id="f${i}" class="f">${lines.slice(0, rows).map(place).join('')}</g>`;
  });
  const y = TITLE + MARGIN + 0.75 * CELL.height;
  const texts = [...known].map(([drawn, id]) => `<text id="${id}" x="${MARGIN}" y="${y}">${drawn}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="mktrouble in a terminal">
<style>
text{font:14px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;fill:#e4e8ec;white-space:pre}
.b{font-weight:700}.d{opacity:.6}.f{visibility:hidden}
${Object.entries(COLORS)
  .map(([code, color]) => `.c${code}{fill:${color}}`)
  .join('')}
${styles.join('\n')}
@media (prefers-reduced-motion:reduce){.f{animation:none!important}#f${screens.length - 1}{visibility:visible}}
</style>
<rect width="${width}" height="${height}" rx="10" fill="#14181c"/>
<circle cx="20" cy="18" r="6" fill="#e0605e"/><circle cx="40" cy="18" r="6" fill="#e0b04c"/><circle cx="60" cy="18" r="6" fill="#5cb85c"/>
<defs>
${texts.join('\n')}
</defs>
${groups.join('\n')}
</svg>
`;
}

function tspan({ text, look }: { readonly text: string; readonly look: Look }): string {
  const names = [
    ...(look.bold ? ['b'] : []),
    ...(look.dim ? ['d'] : []),
    ...(look.color === 0 ? [] : [`c${look.color}`]),
  ];
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return names.length === 0 ? escaped : `<tspan class="${names.join(' ')}">${escaped}</tspan>`;
}

/** A line taken apart where its look changes. */
function spansOf(text: string): { text: string; look: Look }[] {
  const spans: { text: string; look: Look }[] = [];
  let look = PLAIN;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are what is looked for
  for (const part of text.split(/(\u001b\[[0-9;]*m)/)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are what is looked for
    const code = /^\u001b\[([0-9;]*)m$/.exec(part);
    if (code) look = code[1]!.split(';').reduce((at, number) => changed(at, Number(number)), look);
    else if (part !== '') spans.push({ text: part, look });
  }
  return spans;
}

function changed(look: Look, code: number): Look {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...look, bold: true };
  if (code === 2) return { ...look, dim: true };
  if (code === 22) return { ...look, bold: false, dim: false };
  if (code === 39) return { ...look, color: 0 };
  return { ...look, color: code in COLORS ? code : look.color };
}
