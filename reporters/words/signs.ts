/** The signs that reports are drawn with, and their ASCII stand-ins for locales that have no others. */

export interface Symbols {
  readonly pass: string;
  readonly fail: string;
  readonly skip: string;
  readonly flaky: string;
  readonly incomplete: string;
  readonly known: string;
  readonly broken: string;
  readonly fault: string;
  readonly dot: string;
  readonly ellipsis: string;
  readonly here: string;
  /** Tree: branch, last branch, and the line that goes on past one. */
  readonly branch: string;
  readonly corner: string;
  readonly trunk: string;
  /** Lanes: runs, sleeps, acts, goes to sleep, dies; an arrow's line, its heads, and its crossing of another lane. */
  readonly runs: string;
  readonly sleeps: string;
  readonly acts: string;
  readonly rests: string;
  readonly dies: string;
  /** A task: sleeps, is frozen. */
  readonly paused: string;
  readonly frozen: string;
  readonly line: string;
  readonly right: string;
  readonly left: string;
  readonly crossing: string;
  /** Whether user text must be spelt in ASCII too. */
  readonly ascii: boolean;
}

export const UNICODE: Symbols = {
  pass: '✓',
  fail: '✗',
  skip: '○',
  flaky: '≈',
  incomplete: '◐',
  known: '◆',
  broken: '!',
  fault: '↯',
  dot: '·',
  ellipsis: '…',
  here: '◀',
  branch: '├─ ',
  corner: '└─ ',
  trunk: '│  ',
  runs: '│',
  sleeps: '┊',
  acts: '●',
  rests: '○',
  dies: '✗',
  paused: '‖',
  frozen: '❄',
  line: '─',
  right: '▶',
  left: '◀',
  crossing: '┼',
  ascii: false,
};

export const ASCII: Symbols = {
  pass: '+',
  fail: 'x',
  skip: '-',
  flaky: '=',
  incomplete: '~',
  known: '*',
  broken: '!',
  fault: '!',
  dot: '-',
  ellipsis: '...',
  here: '<',
  branch: '|- ',
  corner: '`- ',
  trunk: '|  ',
  runs: '|',
  sleeps: ':',
  acts: 'o',
  rests: '.',
  dies: 'x',
  paused: ':',
  frozen: '*',
  line: '-',
  right: '>',
  left: '<',
  crossing: '+',
  ascii: true,
};

type Environment = Readonly<Record<string, string | undefined>>;

/** The signs for a locale: POSIX looks at LC_ALL, LC_CTYPE, LANG in this order; with none set it is C, which is ASCII. */
export function symbolsFor(env: Environment): Symbols {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || 'C';
  return /utf-?8/i.test(locale) ? UNICODE : ASCII;
}

/** Text as ASCII: what has no stand-in is shown as `?`. */
export function toAscii(text: string): string {
  return (
    text
      .replace(/[…–—‘’“”·→←×]/g, (c) => STAND_INS[c]!)
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours stay
      .replace(/[^\n\r\t\u0020-\u007e\u001b]/gu, '?')
  );
}

const STAND_INS: Readonly<Record<string, string>> = {
  '…': '...',
  '–': '-',
  '—': '--',
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '·': '-',
  '→': '->',
  '←': '<-',
  '×': 'x',
};
