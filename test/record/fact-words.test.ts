/** What differs between two looks at a process, in words that its reader need not decode. */
import assert from 'node:assert/strict';
import { describeChange } from '../../src/record/fact-words.ts';

describe('a fact that differs', () => {
  for (const [what, fact, before, after, words] of [
    ['an exit status', 'exit status', '33280', '512', 'exit status 130, then 2'],
    [
      'a signal that killed',
      'exit status',
      '139',
      '9',
      'exit status killed by SIGSEGV (core dumped), then killed by SIGKILL',
    ],
    ['a mask of signals', 'pending signals', 'a00', '200', 'pending signals {SIGUSR1 SIGUSR2}, then {SIGUSR1}'],
    ['a mask with leading zeros', 'handled signals', '0000000000004000', '0', 'handled signals {SIGTERM}, then {}'],
    ['the signal to a parent', 'exit signal', '17', '0', 'exit signal SIGCHLD, then none'],
    ['a terminal', 'controlling terminal', '34817', '0', 'controlling terminal 136:1, then none'],
    [
      'a set of capabilities',
      'effective capabilities',
      '000001ffffffffff',
      '000000ffffffffdf',
      'effective capabilities without CAP_KILL CAP_CHECKPOINT_RESTORE',
    ],
    ['one that is gained', 'bounding capabilities', '0', '0000008000000000', 'bounding capabilities with CAP_BPF'],
    ['what was not there', 'exit status', 'none', '0', 'exit status none, then 0'],
    ['anything else', 'umask', '0022', '0077', 'umask 0022, then 0077'],
  ] as const)
    it(`is named: ${what}`, () => assert.equal(describeChange(fact, before, after), words));
});
