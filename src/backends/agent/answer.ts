/**
 * Answers of agents. An agent is a process of its own: it may be killed while it writes, run out of memory, or be another
 * program than it should be. So its answers are read as a file is: by a schema, with a limit.
 */
import type * as z from 'zod';

/** Bytes of an answer at most; that of 10,000 tasks has some 20 MB. */
export const MAX_ANSWER_BYTES = 256 << 20;

/** An answer that is not one of the agent's, with the place in it that is wrong. */
export class BadAnswer extends Error {
  constructor(why: string) {
    super(`the agent's answer is not understood: ${why}`);
    // Where it was read says nothing: the text is from another process.
    this.stack = this.message;
  }
}

/** The object of an answer. Throws BadAnswer. */
export function parseAnswer(text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BadAnswer((error as Error).message);
  }
  if (typeof value !== 'object' || value === null) throw new BadAnswer('expected an object');
  return value;
}

/** A value that was read from an answer, as the schema says. Throws BadAnswer. */
export function checkAnswer<T>(value: unknown, schema: z.ZodType<T>): T {
  const { data, error } = schema.safeParse(value);
  if (!error) return data;
  const [{ path, message } = { path: [], message: '' }] = error.issues;
  throw new BadAnswer(path.length === 0 ? message : `${path.join('.')}: ${message}`);
}

/** What an answer refers to by its number. `what`: the name of the list, for the message. Throws BadAnswer. */
export function itemAt<T>(list: readonly T[], number: number, what: string): T {
  const item = list[number];
  if (item === undefined) throw new BadAnswer(`there is no number ${number} among ${list.length} ${what}`);
  return item;
}

/** Milliseconds after which an answer that has begun and does not go on is cut. An agent writes an answer in one go. */
export const SILENCE = 60_000;
/** Milliseconds in which what has come meanwhile is read, when this process itself was away for that long. */
const SECOND_LOOK = 200;

/** Watches an answer that comes in pieces. */
export class CutWatch {
  readonly #limit: number;
  readonly #isCut: (why: BadAnswer) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(limit: number, isCut: (why: BadAnswer) => void) {
    this.#limit = limit;
    this.#isCut = isCut;
  }

  /** A piece has come; `isWhole`: with it nothing is left to come. */
  heard(isWhole: boolean): void {
    clearTimeout(this.#timer);
    if (isWhole) return;
    this.#timer = setTimeout(() => {
      this.#timer = setTimeout(
        () => this.#isCut(new BadAnswer(`it is cut: nothing has followed for ${this.#limit} ms`)),
        SECOND_LOOK,
      );
    }, this.#limit);
  }
}
