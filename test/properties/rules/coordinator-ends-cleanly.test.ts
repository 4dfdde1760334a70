import { assertHolds, findViolation } from '../judging.ts';
import { aCase, aTask, edited, FLAGS, failedLate, healthy, Script } from '../support.ts';

const name = 'coordinator-ends-cleanly';
const blocked = (over: Parameters<typeof aCase>[0] = {}) => new Script(aCase(over)).claim().enter(100).mark(100);

describe(name, () => {
  it('finds a coordinator that waits indefinitely', () => findViolation(name, blocked()));

  it('lets it wait where the scenario expects it blocked', () => {
    assertHolds(name, blocked({ expect: { coordinator: ['ok', 'blocked'] } }));
  });

  it('finds a coordinator that dies though no fault killed it', () => {
    findViolation(name, failedLate().die('coordinator'));
    findViolation(name, blocked().die('coordinator'));
  });

  it('finds a coordinator that the restart itself killed', () => {
    const script = failedLate().add(100, 'signal', { task: 'coordinator', signal: 'SIGKILL', force: true });
    findViolation(name, script.die('coordinator'));
  });

  it('finds one that a signal killed that can be caught, or that was meant for another', () => {
    const caught = blocked().add('environment', 'signal', { task: 'coordinator', signal: 'SIGUSR1', force: false });
    findViolation(name, caught.die('coordinator'));
    const other = blocked().add('environment', 'signal', { task: 100, signal: 'SIGKILL', force: false });
    findViolation(
      name,
      other.add('environment', 'fault', { fault: 'k', verb: 'kill', target: 100 }).die('coordinator'),
    );
  });

  for (const result of [1, 1000, -4096]) {
    it(`finds the result ${result}`, () => findViolation(name, failedLate(), { coordinator: { result } }));
  }

  it('lets a fault kill it, recorded as a signal or as a fault', () => {
    const signal = blocked().add('environment', 'signal', { task: 'coordinator', signal: 'SIGKILL', force: false });
    assertHolds(name, signal.die('coordinator'));
    const fault = blocked().add('environment', 'fault', { fault: 'k', verb: 'kill', target: 'coordinator' });
    assertHolds(name, fault.die('coordinator'));
  });

  it('finds one that dies after another fault, or when another was made to exit', () => {
    for (const [verb, target] of [
      ['delay', 'coordinator'],
      ['ptrace', 'coordinator'],
      ['exit', 100],
    ] as const) {
      findViolation(name, blocked().add('environment', 'fault', { fault: 'f', verb, target }).die('coordinator'));
    }
    findViolation(name, blocked().add('environment', 'fault', { fault: 'f', verb: 'exit' }).die('coordinator'));
  });

  it('lets a fault make it exit, and take it down with a thread of it', () => {
    assertHolds(
      name,
      blocked().add('environment', 'fault', { fault: 'e', verb: 'exit', target: 'coordinator' }).die('coordinator'),
    );
    const tasks = [aTask(100), aTask(101, { leader: 100 }), aTask(102, { parent: 100 })];
    const hit = (target: number, flags: number) =>
      new Script(aCase({ tasks, restart: { flags } }))
        .claim()
        .add('environment', 'fault', { fault: 'k', verb: 'kill', target })
        .die('coordinator');
    assertHolds(name, hit(101, FLAGS.taskself));
    findViolation(name, hit(102, FLAGS.taskself));
    findViolation(name, hit(101, 0));
  });

  it('lets TASKSELF return a value, and kill itself when it fails', () => {
    const c = aCase({ tasks: [aTask(100)], restart: { flags: FLAGS.taskself } });
    const script = new Script(c).claim().restore('coordinator', 0).return('coordinator', 1000);
    assertHolds(name, script);
    assertHolds(name, new Script(c).claim().fail('coordinator', -5).return('coordinator', -5).die('coordinator'));
    findViolation(name, script.die('coordinator'));
  });

  it('says nothing of a coordinator that waits in a run that did not end', () => {
    assertHolds(name, blocked(), { end: 'cut' });
    assertHolds(name, blocked(), { end: 'crashed' });
    assertHolds(name, blocked(), { end: 'crashed', coordinator: { end: 'crashed' } });
  });

  it('holds for 0 and for errnos, early and late', () => {
    assertHolds(name, failedLate(), { coordinator: { result: -4095 } });
    assertHolds(name, healthy());
    assertHolds(name, failedLate());
    assertHolds(name, edited(failedLate(), { drop: ({ kind }) => kind === 'mark' }));
  });
});
