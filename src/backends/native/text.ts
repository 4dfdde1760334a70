/** A line of a plan: a word and key=value pairs (agent/plan.c reads them). */
export type Fields = Record<string, number | string>;

/** The line, without its end. */
export function line(word: string, fields: Fields): string {
  let text = word;
  for (const key in fields) text += ` ${key}=${fields[key]}`;
  return text;
}
