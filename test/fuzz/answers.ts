/** Answers of agents as inputs: frames as they come through the pipe, read as the native and the CRIU backend read them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { BadAnswer, checkAnswer, parseAnswer } from '../../src/backends/agent/answer.ts';
import { Frames } from '../../src/backends/agent/frames.ts';
import { CENSUS, toTasks } from '../../src/backends/criu/census.ts';
import { DONE, EVENT } from '../../src/backends/criu/events.ts';
import { findKinds, type Kind } from '../../src/backends/native/events.ts';
import { nativePlan } from '../../src/backends/native/plan.ts';
import { buildRecord } from '../../src/backends/native/record.ts';
import { READY, REPORT } from '../../src/backends/native/report.ts';
import { defineScenario } from '../../src/scenario/index.ts';

const TREE = { pid: 100, children: [{ pid: 101, threads: [103] }, { pid: 102 }] };
const CASE = defineScenario({
  scenario: 'a case',
  tree: TREE,
  faults: [{ signal: 'SIGKILL', to: 101, when: 'start' }],
} as Parameters<typeof defineScenario>[0])[0]!;
const PLAN = { case: CASE, protocol: 'series', seed: '0', maxSteps: 1000 };
const MADE = nativePlan(PLAN, {
  pidMax: 32_768,
  spawnByLastPid: false,
  stopInsteadOfFreeze: false,
  limit: 1000,
});

/** What agents sent in real runs of that case, one answer a line. */
const SENT = readFileSync(path.join(import.meta.dirname, 'answers.jsonl'), 'utf8')
  .trim()
  .split('\n');
const KINDS = findKinds(checkAnswer(parseAnswer(SENT[0]!), READY));

export function answers(): Buffer[] {
  return [...SENT, SENT.join('\n')].map(frames);
}

/** Reads all that an input has; what is no answer is refused. */
export function readAnswers(input: Buffer): void {
  try {
    const all = new Frames();
    for (let at = 0; at < input.length; at += 1000) all.add(input.subarray(at, at + 1000));
    for (let text = all.next(); text !== undefined; text = all.next()) readAnswer(parseAnswer(text));
  } catch (error) {
    if (!(error instanceof BadAnswer)) throw error;
  }
}

function readAnswer(answer: object): void {
  let kinds: readonly Kind[] = KINDS;
  if ('kinds' in answer) kinds = findKinds(checkAnswer(answer, READY));
  else if ('end' in answer) buildRecord(checkAnswer(answer, REPORT), kinds, PLAN, MADE, []);
  else if ('event' in answer) checkAnswer(answer, EVENT);
  else if ('tasks' in answer) toTasks(CASE, checkAnswer(answer, CENSUS).tasks);
  else checkAnswer(answer, DONE);
}

/** Each line as a frame (c/text.c). */
function frames(lines: string): Buffer {
  return Buffer.from(
    lines
      .split('\n')
      .map((line) => `${Buffer.byteLength(line)}\n${line}`)
      .join(''),
  );
}
