/** What a function writes to standard output and standard error while it runs. */
import sinon from 'sinon';

export interface Captured<T> {
  readonly result: T;
  readonly stdout: string;
  readonly stderr: string;
}

export async function capture<T>(body: () => T | Promise<T>): Promise<Captured<T>> {
  const text = { stdout: '', stderr: '' };
  const stubs = (['stdout', 'stderr'] as const).map((name) =>
    sinon.stub(process[name], 'write').callsFake((chunk) => {
      text[name] += String(chunk);
      return true;
    }),
  );
  try {
    return { result: await body(), ...text };
  } finally {
    for (const stub of stubs) stub.restore();
  }
}
