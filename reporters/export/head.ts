/** The comment at the head of a reproducer: what the defect is, where it was seen, how to run the file. */
import type { ExportedFinding } from './finding.ts';

/** Columns of a comment. */
const COLUMNS = 100;

/** `seen`: a line for each thing that a run has shown, the first of which starts with the versions; `how`: the command that runs the file. */
export function writeHead(finding: ExportedFinding, seen: readonly string[], how: string): string[] {
  const { title, case: c, violates, statements } = finding;
  return [
    ...wrap(title),
    ...(c.why === undefined ? [] : wrap(`${c.why.trim().replace(/\s+/g, ' ')}.`.replace(/\.+$/, '.'))),
    ...violates.slice(0, 1).flatMap((name) => wrap(`Violates: ${statements[name] ?? name}`)),
    ...seen.flatMap((line) => wrap(line)),
    ...wrap(`As root: ${how}; exit 1: shown, 0: not shown, 125: untestable`),
  ];
}

/** The head of a shell script. */
export function commentOut(lines: readonly string[]): string {
  return lines.map((line) => `# ${line}`.trimEnd()).join('\n');
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length + 1 > COLUMNS) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
