/** Frames of what an agent sends: a line with a length, and so many bytes (c/text.c writes them). */
import { BadAnswer, MAX_ANSWER_BYTES } from './answer.ts';

/** Bytes of the line with the length, at most. */
const MAX_HEAD = 32;
const LINE_END = 10;

/** Puts frames together from the pieces in which they come. */
export class Frames {
  #pieces: Buffer[] = [];
  #length = 0;

  add(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  /** Whether no part of a further frame has come. */
  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** The next whole frame, as UTF-8; undefined when it is yet to come. Throws BadAnswer for what is no frame. */
  next(): string | undefined {
    if ((this.#pieces[0]?.length ?? 0) < MAX_HEAD && this.#pieces.length > 1)
      this.#pieces = [Buffer.concat(this.#pieces)];
    const [first] = this.#pieces;
    const end = first?.indexOf(LINE_END) ?? -1;
    if (!first || (end < 0 && first.length < MAX_HEAD)) return undefined;
    const start = end + 1;
    const length = parseLength(first.toString('latin1', 0, Math.max(0, end)));
    if (this.#length < start + length) return undefined;
    const all = this.#pieces.length === 1 ? first : Buffer.concat(this.#pieces);
    const rest = all.subarray(start + length);
    this.#pieces = rest.length > 0 ? [rest] : [];
    this.#length = rest.length;
    return all.toString('utf8', start, start + length);
  }
}

function parseLength(head: string): number {
  if (!/^\d{1,12}$/.test(head)) throw new BadAnswer('it does not begin with its length');
  const length = Number(head);
  if (length > MAX_ANSWER_BYTES) throw new BadAnswer(`it has ${length} bytes; at most ${MAX_ANSWER_BYTES} are read`);
  return length;
}
