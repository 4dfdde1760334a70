/** The scenarios of a text that may be wrong: their names and lines, for what an editor shows at them. */

export interface ScenarioLine {
  readonly name: string;
  /** From 0. */
  readonly line: number;
}

/** The lines that begin a scenario, as they are written: a name in quotes, or plain. */
export function listScenarios(text: string): ScenarioLine[] {
  return text.split('\n').flatMap((row, line) => {
    const [, written] = /^scenario:\s+(\S.*?)\s*(?:\s#.*)?$/.exec(row) ?? [];
    return written === undefined ? [] : [{ name: unquote(written), line }];
  });
}

function unquote(written: string): string {
  const [, double] = /^"((?:[^"\\]|\\.)*)"$/.exec(written) ?? [];
  if (double !== undefined) return double.replace(/\\(["\\])/g, '$1');
  const [, single] = /^'((?:[^']|'')*)'$/.exec(written) ?? [];
  return single === undefined ? written : single.replaceAll("''", "'");
}

/** The word at a place of a text, in the words of the format: letters, digits, dashes. Empty for none. */
export function wordAt(text: string, line: number, character: number): string {
  const row = text.split('\n')[line] ?? '';
  const before = /[\w-]*$/.exec(row.slice(0, character))![0];
  const after = /^[\w-]*/.exec(row.slice(character))![0];
  return before + after;
}
