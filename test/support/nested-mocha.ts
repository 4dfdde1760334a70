/** Runs files in a Mocha of its own inside a test, and returns the result of each test. */
import { createRequire } from 'node:module';
import Mocha from 'mocha';
import { readVerdict } from '../../src/mocha/attach.ts';
import type { Verdict } from '../../src/record/verdict.ts';

export interface TestEnd {
  readonly how: 'pass' | 'fail' | 'pending';
  readonly title: string;
  readonly suite: string;
  readonly file: string | undefined;
  readonly error?: Error;
  /** As reporters saw it when the test ended. */
  readonly verdict?: Verdict | undefined;
}

export interface NestedRun {
  readonly ends: readonly TestEnd[];
  /** Verdicts that are still held after the run. */
  readonly held: number;
}

/** The interfaces put their words into the globals; the test that runs us needs its own back. */
const WORDS = ['describe', 'it', 'before', 'after', 'beforeEach', 'afterEach', 'suite', 'test', 'context', 'specify'];

export async function nestedMocha(files: readonly string[], options: Mocha.MochaOptions = {}): Promise<NestedRun> {
  const globals = globalThis as unknown as Record<string, unknown>;
  const saved = WORDS.map((word) => [word, globals[word]] as const);
  const { cache } = createRequire(import.meta.url);
  for (const word of WORDS) delete globals[word];
  /* the nested one is a run of its own, also where our own Mocha is a worker of a parallel one */
  const worker = process.env['MOCHA_WORKER_ID'];
  delete process.env['MOCHA_WORKER_ID'];
  try {
    const mocha = new Mocha({ reporter: class {} as unknown as Mocha.ReporterConstructor, ...options });
    mocha.cleanReferencesAfterRun(false);
    for (const file of files) {
      delete cache[file];
      mocha.addFile(file);
    }
    await mocha.loadFilesAsync();
    const ends: TestEnd[] = [];
    await new Promise<void>((resolve) => {
      const runner = mocha.run(() => resolve());
      for (const how of ['pass', 'fail', 'pending'] as const) {
        runner.on(how, (test: Mocha.Test, error?: Error) => {
          const { title, file, parent } = test;
          ends.push({
            how,
            title,
            suite: parent?.title ?? '',
            file,
            ...(error && { error }),
            verdict: readVerdict(test),
          });
        });
      }
    });
    let held = 0;
    mocha.suite.eachTest((test) => {
      if (readVerdict(test)) held += 1;
    });
    mocha.dispose();
    return { ends, held };
  } finally {
    for (const [word, value] of saved) {
      if (value === undefined) delete globals[word];
      else globals[word] = value;
    }
    if (worker !== undefined) process.env['MOCHA_WORKER_ID'] = worker;
  }
}
