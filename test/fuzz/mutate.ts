/** Inputs made of others: bytes and words changed, cut, doubled, nested and mixed, all by a seeded source. */
import seedrandom from 'seedrandom';

const WORDS = [
  'null',
  'true',
  '-1',
  '0',
  '1e999',
  '4294967296',
  '9007199254740993',
  '"',
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '- ',
  '\n',
  '\t',
  '---\n',
  '&a ',
  '*a',
  '!!js/function ',
  '<<: ',
  '__proto__',
  'constructor',
  `\${{ matrix.x }}`,
  '\u0000',
  '\u001b[2J',
  '\u202e',
  '::error::',
  '../',
  'x'.repeat(300),
].map((word) => Buffer.from(word));

/** An endless source of inputs; the same seed gives the same ones. */
export function* inputs(seeds: readonly Buffer[], seed: string): Generator<Buffer> {
  const random = seedrandom(seed);
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  for (const one of seeds) yield one;
  for (;;) {
    let input = pick(seeds);
    for (let changes = 1 + below(4); changes > 0; changes--) input = change(input);
    yield input.subarray(0, 1 << 20);
  }

  function change(input: Buffer): Buffer {
    const at = below(input.length + 1);
    const end = Math.min(input.length, at + 1 + below(random() < 0.8 ? 16 : 2000));
    const part = input.subarray(at, end);
    switch (below(9)) {
      case 0:
        return Buffer.concat([input.subarray(0, at), input.subarray(end)]);
      case 1:
        return Buffer.concat([input.subarray(0, end), part, input.subarray(end)]);
      case 2:
        return Buffer.concat([input.subarray(0, at), pick(WORDS), input.subarray(end)]);
      case 3:
        return Buffer.concat([input.subarray(0, at), pick(WORDS), input.subarray(at)]);
      case 4: {
        const other = pick(seeds);
        const from = below(other.length + 1);
        return Buffer.concat([input.subarray(0, at), other.subarray(from, from + 1 + below(400)), input.subarray(end)]);
      }
      case 5: {
        const copy = Buffer.from(input);
        if (copy.length > 0) copy[below(copy.length)] = below(256);
        return copy;
      }
      case 6: {
        // A number in the text becomes another.
        const text = input.toString('latin1');
        const numbers = [...text.matchAll(/-?\d+/g)];
        if (numbers.length === 0) return input;
        const { index, 0: old } = pick(numbers);
        const number = pick(['0', '-1', '1', '2147483648', '999999999999', '1.5', '100', String(below(1000))]);
        return Buffer.from(text.slice(0, index) + number + text.slice(index + old.length), 'latin1');
      }
      case 7: {
        // The same many times: wide where it is a line, deep where it opens a list.
        const unit = random() < 0.5 ? part : pick(WORDS);
        const times = Math.min(5000, Math.floor(100_000 / Math.max(1, unit.length)));
        return Buffer.concat([
          input.subarray(0, at),
          ...Array.from({ length: below(times + 1) }, () => unit),
          input.subarray(at),
        ]);
      }
      default:
        return input.subarray(0, at);
    }
  }
}
