/** What the kernel says to a process itself only is compared: an image that has another value is a violation. */
import assert from 'node:assert/strict';
import { passes, useCriu, verdictOn } from './programs.ts';

const PROGRAM = `
import ctypes, signal, time
signal.signal(signal.SIGUSR1, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 1000, 1000)
ctypes.CDLL(None).prctl(1, signal.SIGWINCH)
open('ready', 'w').close()
while True: time.sleep(1000)`;
const SUBJECT = `command: [python3, -c, ${JSON.stringify(PROGRAM)}]\nready: { file: ready }\n`;

/** In the image of a program's state (CRIU's core.proto): what is changed, and the fact of the restored program that it changes. */
const CHANGES: readonly (readonly [image: string, fact: string, restored: RegExp])[] = [
  ['field: [3, 7, 1, 1], value: 77', 'interval timer real', /^77\.000000 s$/],
  ['field: [5, 8], value: 10', 'parent-death signal', /^10$/],
  // Signals are in order; SIGKILL is not among them.
  ['field: [3, 15, 2], nth: [0, 8], add: 268435456', 'handler of signal 10', /flags 1[0-9a-f]{7}/],
];

describe('What the kernel says to a process itself only', function () {
  this.timeout(60_000);
  this.slow(5_000);
  const backend = useCriu();

  before(function () {
    if (process.arch === 'x64') return;
    console.log('      skipped: processes are asked on x86-64 only');
    this.skip();
  });

  it('is as it was after a restore', async () => {
    await passes(backend(), SUBJECT);
  });

  for (const [image, fact, restored] of CHANGES)
    it(`is read before and after: ${fact}`, async () => {
      const { record, reason } = await verdictOn(
        backend(),
        SUBJECT,
        `criu: { images: { file: core-100, ${image} } }\n`,
      );
      const [before, after] = [record?.criu?.before, record?.criu?.restored].map(
        (census) => census?.tasks[0]?.askedFacts ?? {},
      );
      assert.deepEqual(Object.keys(before!), [fact], reason);
      assert.match(after![fact]!, restored);
    });

  it('is asked without an end of the system call in which a program sleeps', async () => {
    // It exits with the error of a call that was interrupted; its child ends the call.
    const script = `import ctypes, os, time
ends = os.pipe()
if os.fork() == 0:
    time.sleep(2)
    os.write(ends[1], b'x')
    time.sleep(1000)
libc = ctypes.CDLL(None, use_errno=True)
open('ready', 'w').close()
n = libc.read(ends[0], ctypes.create_string_buffer(1), 1)
os._exit(0 if n == 1 else ctypes.get_errno())`;
    await passes(
      backend(),
      `command: [python3, -c, ${JSON.stringify(script)}]\nready: { file: ready }\nexit-code: 0\n`,
    );
  });
});
