/**
 * How a verdict, and how far its case is, travel on a Mocha test. From a worker of a parallel run every event brings its test along as a plain
 * object, three times for each test; there a verdict with its record is sent packed, and unpacked when it is asked for.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Progress } from '../record/progress.ts';
import type { Verdict } from '../record/verdict.ts';

interface Carrier {
  verdict?: Verdict;
  /** The verdict as deflated JSON, in base64. */
  packedVerdict?: string;
  progress?: Progress;
  serialize?: () => Record<string, unknown>;
}

/** Puts a verdict on a test; in a worker it is sent along because the test's `serialize` is extended. */
export function attachVerdict(test: object, verdict: Verdict): void {
  const carrier = test as Carrier;
  carrier.verdict = verdict;
  const serialize = carrier.serialize;
  if (serialize && !Object.hasOwn(test, 'serialize')) {
    let packed: string | undefined;
    carrier.serialize = function (this: Carrier) {
      packed ??= this.verdict && pack(this.verdict);
      return { ...serialize.call(this), ...(packed !== undefined && { packedVerdict: packed }) };
    };
  }
}

/** The verdict on a test; undefined for a test that is not a scenario's. */
export function readVerdict(test: object): Verdict | undefined {
  const carrier = test as Carrier;
  if (carrier.verdict === undefined && carrier.packedVerdict !== undefined) {
    carrier.verdict = JSON.parse(inflateRawSync(Buffer.from(carrier.packedVerdict, 'base64')).toString('utf8'));
  }
  return carrier.verdict;
}

function pack(verdict: Verdict): string {
  return deflateRawSync(JSON.stringify(verdict), { level: 1 }).toString('base64');
}

/** Puts on a Mocha test how far its case is; what was said before and is not said again stays. */
export function attachProgress(test: object, progress: Progress): void {
  const carrier = test as Carrier;
  carrier.progress = { ...carrier.progress, ...progress };
}

/** How far the case of a test is; undefined before its first slice, and for a test of a worker process. */
export function readProgress(test: object): Progress | undefined {
  return (test as Carrier).progress;
}
