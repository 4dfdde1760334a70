/** A reporter: the slowest cases at the end, and of each case that failed the command that runs it again. */
import { type CaseResult, defineReporter, replayCommand } from 'mktrouble/reporter';

const SHOWN = 5;

export default defineReporter({
  contract: 1,
  name: 'slowest',
  create({ out }) {
    const results: CaseResult[] = [];
    return {
      result(result) {
        results.push(result);
        if (result.kind === 'fail' && result.verdict)
          out.write(`FAILED ${result.title}\n  ${replayCommand(result.verdict)}\n`);
      },
      end({ passed, failed }) {
        const slowest = results.toSorted((a, b) => b.duration - a.duration).slice(0, SHOWN);
        for (const { title, duration } of slowest) out.write(`${Math.round(duration)} ms  ${title}\n`);
        out.write(`${passed} passed, ${failed} failed\n`);
      },
    };
  },
});
