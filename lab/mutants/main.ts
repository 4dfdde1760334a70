/**
 * `npm run mutants`: each mutant of the protocol against the shipped suite. Results are kept in .mktrouble/mutants.jsonl and
 * reused unless `--again` is given; `--only <text>` takes the mutants with this text in the name, `--workers <n>` judges n at a
 * time. Those that are listed as equivalent come last: each takes a run of the whole suite. Writes docs/mutants.md, and exits
 * with 1 when a mutant survives that is not listed as equivalent.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT, suiteCases } from '../../test/scenarios/support.ts';
import { allMutants, type Mutant } from './mutants.ts';
import { FATES, type Fate, fatesSoFar, findReason, page, unexplained } from './report.ts';
import type { Answer, Task } from './worker.ts';

/**
 * Seconds of processor time that a case may take: the whole suite needs less when nothing is changed. Not of the clock, so that a
 * busy machine kills no mutant.
 */
const LIMIT = 60;

const { values } = parseArgs({
  options: {
    again: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    workers: { type: 'string', default: '1' },
  },
});

/** Processor time of a process, 0 once it has ended (proc_pid_stat(5): fields 14 and 15, in ticks of 10 ms). */
function cpuSeconds(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11);
    return (Number(user) + Number(system)) / 100;
  } catch {
    return 0;
  }
}

class Worker {
  private child: ChildProcess | undefined;

  private start(): ChildProcess {
    this.child ??= fork(path.join(import.meta.dirname, 'worker.ts'), {
      execArgv: ['--import', 'tsx', '--max-old-space-size=3000'],
    });
    return this.child;
  }

  stop(): void {
    this.child?.removeAllListeners();
    this.child?.kill('SIGKILL');
    this.child = undefined;
  }

  /** Judges a mutant; one that a case takes too long for, or too much memory, is killed by that. */
  judge(task: Task): Promise<Answer> {
    return new Promise((resolve) => {
      const child = this.start();
      let at = -1;
      let timer: NodeJS.Timeout | undefined;
      const end = (answer: Answer): void => {
        clearInterval(timer);
        child.removeAllListeners();
        resolve(answer);
      };
      const giveUp = (by: string): void => {
        this.stop();
        end({ kind: 'killed', case: at, by });
      };
      child.on('message', (answer: Answer) => {
        if (answer.kind !== 'at') return end(answer);
        at = answer.case;
        clearInterval(timer);
        const limit = cpuSeconds(child.pid!) + LIMIT;
        timer = setInterval(() => cpuSeconds(child.pid!) > limit && giveUp('it does not end'), 1000);
      });
      child.once('exit', () => giveUp('it needs too much memory'));
      child.send(task);
    });
  }
}

/** The case that killed a mutant is tried first on the next. */
function moveToFront(order: number[], i: number): void {
  order.splice(order.indexOf(i), 1);
  order.unshift(i);
}

mkdirSync(path.dirname(FATES), { recursive: true });
if (values.again) rmSync(FATES, { force: true });
const fates = fatesSoFar();
const mutants = [...allMutants()].filter(({ name }) => name.includes(values.only));
const order = suiteCases().map((_, i) => i);
const isListed = ({ name }: Mutant): boolean => findReason(name) !== undefined;
const queue = [...mutants.filter((one) => !isListed(one)), ...mutants.filter(isListed)].filter(
  ({ name }) => !fates.has(name),
);

/** Takes mutants from the queue until it is empty. */
async function work(): Promise<void> {
  const worker = new Worker();
  for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
    const { name, file, operator } = mutant;
    const answer = await worker.judge({ mutant: name, order });
    const fate: Fate = { mutant: name, file, operator, answer: answer.kind as Fate['answer'] };
    if (answer.kind === 'killed') {
      Object.assign(fate, { by: answer.by, case: suiteCases()[answer.case]?.id });
      if (answer.case >= 0) moveToFront(order, answer.case);
    }
    fates.set(name, fate);
    appendFileSync(FATES, `${JSON.stringify(fate)}\n`);
    if (answer.kind !== 'same')
      console.log(`${queue.length} wait; ${answer.kind} ${name}${fate.by ? ` (${fate.by})` : ''}`);
  }
  worker.stop();
}
await Promise.all(Array.from({ length: Number(values.workers) }, work));

const all = mutants.map(({ name }) => fates.get(name)!);
if (values.only === '') {
  const full = path.join(ROOT, '.mktrouble/pages');
  mkdirSync(full, { recursive: true });
  writeFileSync(path.join(ROOT, 'docs/mutants.md'), page(all));
  writeFileSync(path.join(full, 'mutants.md'), page(all, true));
}
const survivors = unexplained(all);
console.log(
  `${all.filter(({ answer }) => answer === 'killed').length} killed, ${survivors.length} survive without a reason`,
);
for (const { mutant } of survivors) console.log(`  ${mutant}`);
process.exitCode = survivors.length > 0 ? 1 : 0;
