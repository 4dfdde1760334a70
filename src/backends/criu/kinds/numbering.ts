/**
 * Numbers of the kernel's objects, from 1 by the order in which a census meets them: an inode of a pipe is another one after a
 * restore, but that two processes share it is not.
 */
export class Numbering {
  readonly #numbers = new Map<string, number>();

  /** `pipe:[4711]` → `pipe 1`. */
  name(kind: string, inode: string): string {
    const key = `${kind} ${inode}`;
    const number =
      this.#numbers.get(key) ?? 1 + [...this.#numbers.keys()].filter((one) => one.startsWith(`${kind} `)).length;
    this.#numbers.set(key, number);
    return `${kind} ${number}`;
  }
}
