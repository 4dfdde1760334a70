/** JSON from outside of this process, as a schema wants it. */
import * as z from 'zod';

/** The value; a text says what is wrong with it. */
export function parseJson<T extends object>(schema: z.ZodType<T>, text: string): T | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return `it is not JSON: ${(error as Error).message}`;
  }
  const { data, error } = schema.safeParse(value);
  return error ? z.prettifyError(error) : data;
}
