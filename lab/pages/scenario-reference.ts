/** docs/scenario-reference.md: every word of the format, read from the schema. */

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { markdownCell } from '../../reporters/words/markdown.ts';
import { grouped } from '../../reporters/words/numbers.ts';
import { ERRNOS } from '../../src/model/errno.ts';
import { SIGNAL_NAMES } from '../../src/model/signals.ts';
import * as limits from '../../src/scenario/limits.ts';
import { type FormatWord, keyWords, VALUE_WORDS } from '../../src/scenario/schema/words.ts';
import { ROOT } from '../../test/support/markdown.ts';

/** The page as Markdown. */
export function referencePage(): string {
  const keys = keyWords();
  const places = [...new Set(keys.map(({ where }) => where))];
  const sections = places.map((place) => `### ${place}\n\n${keyTable(keys.filter(({ where }) => where === place))}`);
  const values = VALUE_WORDS.map(({ where, words }) => `### ${capital(where)}\n\n${definitions(words)}`);
  const errnos = Object.fromEntries(Object.entries(ERRNOS).map(([name, { meaning }]) => [name, meaning]));
  return `${[
    HEAD,
    '## Keys',
    ...sections,
    '## Words that are values',
    ...values,
    `### Errno\n\n${definitions(errnos)}`,
    `### Signal\n\n${SIGNAL_NAMES.map(code).join(', ')}`,
    MATRIX,
    MEANING,
    LIMITS,
  ].join('\n\n')}\n`;
}

function keyTable(words: readonly FormatWord[]): string {
  const rows = words.map(({ word, description, example, required }) => [
    `${code(word)}${required ? ' (required)' : ''}`,
    markdownCell(description),
    code(example),
  ]);
  return table(['key', 'meaning', 'example'], rows);
}

/** Columns as wide as their widest cell, as the formatter wants them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((one, column) => one.padEnd(widths[column]!)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

function definitions(words: Readonly<Record<string, string>>): string {
  return Object.entries(words)
    .map(([word, meaning]) => `- ${code(word)}: ${meaning}`)
    .join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}

function capital(text: string): string {
  return text[0]!.toUpperCase() + text.slice(1);
}

const HEAD = `<!-- Made by \`npm run generate\` from src/scenario/schema. Do not edit. -->

# The scenario file: reference

A scenario is a YAML document: the tree that user space built, the contents of the image, the call of restart, the faults and
when they fire, and what must hold in the end. Only \`scenario\` and \`tree\` are required. A file may hold several, with \`---\`
between them. The first line lets an editor complete and check the file:

\`\`\`yaml
# yaml-language-server: $schema=./node_modules/mktrouble/schema/scenario.schema.json
scenario: A healthy restart of two tasks
tree: { pid: 100, children: [{ pid: 101 }] }
expect:
  coordinator: ok
  tasks: { all: resumed }
\`\`\``;

const MATRIX = `## The matrix

\`\${{ matrix.<name> }}\` stands for a value of the matrix, anywhere in a value (never in a key). Alone, it becomes the value
itself, a number stays a number; in a longer text it becomes a part of that text. There is one case for each combination of
values, and its name ends with them: \`Bogus pids [bogus=-1]\`. In flow style (\`{ … }\`, \`[ … ]\`) an expression must be
quoted.`;

const MEANING = `## Defaults and order

- **The walk.** Tasks are in the order of the kernel's walk: a task, its children with all of theirs, then the next thread of
  its group. User space makes each child with everything below it before the next child; a sibling (CLONE_PARENT) comes after
  all that its maker's parent has made by then.
- **Sessions and groups.** The root leads its own session and process group. Every other task is in those of the task that
  made it, unless \`session\` or \`pgid\` say otherwise; the leader of a session leads its own group.
- **The image** has one record for each pid of \`image.pids\`, in that order.
- **Taskself.** The root is the caller itself: \`coordinator\` and the root's pid are the same task.
- **Faults.** \`fail\` without \`call\` and \`when\` is the first such call. A default name is the verb and the fault's number
  in the list, from 1: \`kill-2\`. The children of a \`fork\` that fires several times have \`child\` and the pids after it.
- **Expectations.** Tasks and results that \`expect\` does not name are judged by the properties only. A task whose line in \`tasks\`
  allows only \`waiting\` may be left waiting, as if \`left-waiting\` named it.`;

const LIMITS = `## Limits

${table(
  ['what', 'at most'],
  [
    ['a file', `${grouped(limits.MAX_FILE_BYTES)} bytes, ${grouped(limits.MAX_TOKENS)} YAML tokens`],
    ['nesting of lists and mappings', `${limits.MAX_NESTING} levels`],
    ['values of a document, aliases written out', grouped(limits.MAX_VALUES)],
    ['a tree that is written out', `${grouped(limits.MAX_WRITTEN_TASKS)} tasks, ${limits.MAX_TREE_DEPTH} levels`],
    ['a generated tree', `${grouped(limits.MAX_GENERATED_TASKS)} tasks`],
    ['scenarios in a file', grouped(limits.MAX_DOCUMENTS)],
    ['faults of a scenario', grouped(limits.MAX_FAULTS)],
    [
      'cases of a file',
      `${grouped(limits.MAX_CASES)}, with ${grouped(limits.MAX_CASE_VALUES)} values that differ between them`,
    ],
    [
      'tasks in the different trees of a file, and in their images and expectations',
      grouped(limits.MAX_TASKS_PER_FILE),
    ],
    ['diagnostics shown for a file', String(limits.MAX_DIAGNOSTICS)],
  ],
)}

Files are UTF-8 and YAML 1.2, without tags of their own and without merge keys.`;

if (process.argv[1] === import.meta.filename)
  writeFileSync(path.join(ROOT, 'docs/scenario-reference.md'), referencePage());
