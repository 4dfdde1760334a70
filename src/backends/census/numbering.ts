/**
 * Numbers of the kernel's objects, from 1 by the order in which a census meets them: an inode of a pipe is another one after a
 * restore, but that two processes share it is not.
 */
export class Numbering {
  /** By kind, then by inode. */
  readonly #numbers = new Map<string, Map<string, number>>();

  /** `pipe:[4711]` → `pipe 1`. */
  name(kind: string, inode: string): string {
    const numbers = this.#numbers.get(kind) ?? new Map<string, number>();
    this.#numbers.set(kind, numbers);
    const number = numbers.get(inode) ?? numbers.size + 1;
    numbers.set(inode, number);
    return `${kind} ${number}`;
  }
}
