import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { terminalOutput } from '../../reporters/shared/output.ts';
import { Playback } from '../../reporters/shared/playback.ts';
import { drawStep } from '../../reporters/shared/step-screen.ts';
import { width } from '../../reporters/shared/text.ts';
import { stepThrough } from '../../reporters/stepper.ts';
import { frameWords } from '../../reporters/words/frame.ts';
import { buildCase, buildRecord, task, VIOLATING_STEP, violation } from './fixtures/verdicts.ts';

const UTF8 = { LANG: 'C.UTF-8', TERM: 'xterm', NO_COLOR: '1' };

/** A screen that remembers the last picture it was shown. */
class FakeScreen extends PassThrough {
  readonly isTTY = true;
  columns = 100;
  rows = 30;
  last = '';
  all = '';

  constructor() {
    super();
    this.on('data', (chunk) => {
      this.all += chunk;
      if (String(chunk).includes('\u001b[H')) this.last = stripVTControlCharacters(String(chunk)).replaceAll('\r', '');
    });
  }
}

describe('stepping through a record in a terminal', () => {
  const record = buildRecord();
  const playback = new Playback(record, [violation]);
  const c = buildCase();

  const play = async (keys: readonly string[], env: NodeJS.ProcessEnv = UTF8): Promise<FakeScreen> => {
    const screen = new FakeScreen();
    const keyboard = new PassThrough();
    const done = stepThrough(
      { title: 'A case', record, case: c, violations: [violation] },
      keyboard,
      screen as never,
      env,
    );
    for (const key of keys) keyboard.write(key);
    keyboard.end('q');
    await done;
    return screen;
  };

  it('begins at the violating step, with the context as it was', async () => {
    const { last } = await play([]);
    assert.match(last, new RegExp(`step ${VIOLATING_STEP} .*${violation.property}`));
    assert.ok(last.includes(frameWords(playback.frames[playback.focus - 1]!)));
    assert.match(last, /kflags +RESTART/);
  });

  it('follows the keys, one step at a time and in leaps', async () => {
    const { frames, focus } = playback;
    for (const [keys, played] of [
      [['\u001b[C'], focus + 1],
      [['\u001b[D', '\u001b[D'], focus - 2],
      [['l', 'l', 'h'], focus + 1],
      [['\u001b[H'], 0],
      [['g', '\u001b[6~'], 10],
      [['\u001b[F'], frames.length],
      [['G', '\u001b[C'], frames.length],
      [['g', '\u001b[D'], 0],
      [['g', 'v'], focus],
    ] as const) {
      const { last } = await play(keys);
      const at = Math.min(played, frames.length);
      assert.ok(last.includes(`(${at} of ${frames.length})`), `${JSON.stringify(keys)}\n${last}`);
    }
  });

  it('leaves the terminal as it was', async () => {
    const { all } = await play([]);
    assert.ok(all.endsWith('\u001b[?25h\u001b[?1049l'));
  });

  it('speaks ASCII where the locale has nothing else', async () => {
    const { last } = await play([], { TERM: 'xterm', LC_ALL: 'C' });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
    assert.match(last, /^[\u0000-\u007f]*$/);
  });

  it('fits every screen, however small, and every tree, however large', () => {
    const many = Array.from({ length: 500 }, (_, i) => task(100 + i));
    const { colors, symbols } = terminalOutput(process.stdout, UTF8);
    for (const tree of [c, { ...c, tasks: many }]) {
      for (const [columns, rows] of [
        [200, 60],
        [80, 24],
        [60, 20],
        [30, 12],
        [10, 6],
      ] as const) {
        for (let at = 0; at <= playback.frames.length; at += tree === c ? 5 : 40) {
          const lines = drawStep({ title: 'A case', case: tree, playback, at }, { colors, symbols, columns, rows });
          assert.ok(lines.length <= rows, `${lines.length} lines in ${rows} rows`);
          for (const line of lines) assert.ok(width(line) <= columns, `${columns}: ${line}`);
        }
      }
    }
  });
});
