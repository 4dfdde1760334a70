/** A second CRIU that is at work on the same tree takes nothing from the first, and gives a reason when it fails. */
import { callOfStage } from '../../../model/criu.ts';
import type { CriuRun } from '../../../record/criu.ts';
import { callText } from '../../../record/program-text.ts';
import { listCauses, succeeded } from '../../criu-runs.ts';
import type { Property } from '../../property.ts';

const name = 'second-criu-does-no-harm';

export const secondCriuDoesNoHarm: Property = {
  name,
  title: 'A second CRIU at work on the same tree does no harm',
  statement:
    'Of two dumps of one tree, or two restores of the same images, of which one begins and ends while the other waits at a stage (`rival`), exactly one reports success: the tree has one live copy, or one set of images. A call beside one of another kind takes nothing from that: it succeeds. Each that fails logs an error. (What the other one leaves is judged by all other properties. That none succeeds is not judged when the scenario has done something else to the first, or anything to the second; and one that it has killed needs no error.)',
  source:
    'criu(8): a dump leaves the tree or its images, a restore makes the tree. ptrace(2): a task has one tracer, so that the second dump gets EPERM before it has changed anything',
  hint: 'What had each of them changed before it knew of the other, and did it undo what was its own, and no more?',
  check(c, { criu }) {
    const { rival } = criu ?? {};
    if (!criu || !rival) return [];
    const of = callOfStage(rival.at);
    const first = of === 'dump' ? criu.dump : criu.restore;
    if (!first) return [];
    const both = [first, rival.run];
    const successes = both.filter(succeeded).length;
    const isOfOneKind = first.of === rival.run.of;
    const others = listCauses(c, criu, of).length - 1;
    const found = [];
    if (isOfOneKind && successes === 2) found.push(`both succeeded, each a ${of}`);
    if (!succeeded(first) && others <= 0 && !rival.hit)
      found.push(isOfOneKind ? `neither succeeded: ${both.map((run) => callText(run)).join('; ')}` : callText(first));
    const isKilled = (run: CriuRun) => run === rival.run && rival.hit === 'kill';
    const silent = both.find((run) => !succeeded(run) && run.errors.length === 0 && !isKilled(run));
    if (silent) found.push(`${callText(silent)}, and logged no error`);
    return found.map((what) => ({
      property: name,
      message: `with a second CRIU (${rival.run.of}) at ${rival.at}: ${what}`,
    }));
  },
};
