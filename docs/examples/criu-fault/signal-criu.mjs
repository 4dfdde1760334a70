/** A fault verb for CRIU: a signal by its number, real-time signals included, to CRIU and to the processes that it has started. */
import { defineFault } from 'mktrouble/fault';

export default defineFault({
  contract: 1,
  name: 'signal-criu',
  statement: 'Sends a signal to CRIU and its helpers.',
  backends: ['criu'],
  words: { number: { type: 'number', least: 1, most: 64, statement: 'the number of the signal' } },
  fire({ with: { number } }, { criu, helpers }) {
    if (criu === undefined) return false;
    for (const { pid } of helpers) process.kill(pid, number);
    return process.kill(criu, number);
  },
});
