/**
 * Resources of a task, and that each is compared: an image is changed so that CRIU restores another one without an error, which has
 * to show as a difference of that kind, and of no other.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Images } from '../../../src/backends/criu/images/edit.ts';
import { readImage } from '../../../src/backends/criu/images/file.ts';
import { readMessage } from '../../../src/backends/criu/images/wire.ts';
import { type CriuBackend, criu } from '../../../src/backends/criu/index.ts';
import type { Case } from '../../../src/model/case.ts';
import { RESOURCE_NAMES, type Resource } from '../../../src/model/criu-resources.ts';
import { judge } from '../../../src/properties/index.ts';
import { parseScenarios, writeScenario } from '../../../src/scenario/index.ts';
import { skipWithout } from '../../support/available.ts';

const HUGE_PAGES = '/proc/sys/vm/nr_hugepages';

/** Gives the machine a few huge pages; how many it had, undefined where it cannot be changed. */
function takeHugePages(): string | undefined {
  try {
    const before = readFileSync(HUGE_PAGES, 'utf8').trim();
    writeFileSync(HUGE_PAGES, `${Number(before) + 2}`);
    return before;
  } catch {
    return undefined;
  }
}

function parse(resources: readonly string[], images: readonly string[] = []): Case {
  const namespaces = resources.some((name) => name.startsWith('sysv-')) ? 'namespaces: [ipc], ' : '';
  const criuWords = `criu: { ${namespaces}options: { file-locks: true }, images: [${images.join(', ')}] }`;
  const text = `scenario: A\ntree: { pid: 100, resources: [${resources.join(', ')}] }\n`;
  const { cases, diagnostics } = parseScenarios(
    `${text}${images.length > 0 ? criuWords : criuWords.replace(', images: []', '')}\n`,
    'a.yaml',
  );
  assert.deepEqual(diagnostics, []);
  return cases[0]!;
}

/** The number of the last record of files.img that has this field. */
function findFile(images: Images, field: number): number {
  const records = readImage(images.get('files')!)!.records;
  return records.findLastIndex((record) => readMessage(record)!.some(({ number }) => number === field));
}

/** A change of a field of the last record with its first number. */
const inFile = (path: readonly number[], value: number | string) => (images: Images) =>
  `{ file: files, record: ${findFile(images, path[0]!)}, field: [${path.join(', ')}], value: ${value} }`;
const lastByte = (file: string) => () => `{ file: ${file}, at: -1, xor: 1 }`;
/** Of a socket that keeps messages apart only the first one is seen. */
const inFirstMessage = (images: Images) =>
  `{ file: sk-queues, at: ${Buffer.from(images.get('sk-queues')!).indexOf('first')}, xor: 1 }`;
/** The two pages of a mapping that the resource has made. */
const inPages = (images: Images) => {
  const [name] = [...images].find(([file, { length }]) => /^pages-/.test(file) && length === 2 * 4096)!;
  return `{ file: ${name}, at: 8, xor: 1 }`;
};
/** A byte of the first image whose name begins so, where a text is. */
const inText =
  (start: string, text: string | Buffer, xor = 1) =>
  (images: Images) => {
    const [name, bytes] = [...images].find(([file, all]) => file.startsWith(start) && Buffer.from(all).includes(text))!;
    return `{ file: ${name}, at: ${Buffer.from(bytes).indexOf(text)}, xor: ${xor} }`;
  };
/** What task 100 writes in memory of huge pages. */
const HUGE = Buffer.alloc(4096, (100 % 251) + 1);
/** The one with this offset. */
const inOffset = (offset: number) => (images: Images) => {
  const records = readImage(images.get('files')!)!.records;
  const record = records.findIndex((bytes) => {
    const file = readMessage(bytes)!.find(({ number }) => number === 3);
    const fields = file?.type === 'bytes' ? readMessage(file.bytes) : undefined;
    return fields?.some((one) => one.number === 3 && one.type === 'varint' && one.value === BigInt(offset));
  });
  return `{ file: files, record: ${record}, field: [3, 3], value: ${offset + 1} }`;
};

/** What is changed in the images, and what is to be seen of it. */
const CHANGES: readonly (readonly [Resource, ((images: Images) => string)[], RegExp])[] = [
  ['file', [inOffset(3)], /open file 3 .*position 3, then .*position 4/],
  ['shared-offset', [inOffset(5)], /open file 3 .*position 5, then .*position 6/],
  ['pipe', [lastByte('pipes-data')], /queue of open file 3 11 of 65536 bytes, checksum .*, then 11 of 65536 bytes/],
  ['large-pipe', [lastByte('pipes-data')], /queue of open file 3 131072 of 262144 bytes/],
  ['fifo', [lastByte('fifo-data')], /queue of open file 3 11 of/],
  ['unix-stream', [lastByte('sk-queues')], /queue of open file \d \d+ bytes, checksum/],
  ['unix-seqpacket', [inFirstMessage], /queue of open file \d \d+ bytes, checksum/],
  ['posix-lock', [() => '{ file: filelocks, drop: 0 }'], /open file 3 .*POSIX.* lock.*, then/],
  ['flock', [() => '{ file: filelocks, drop: 0 }'], /open file 3 .*FLOCK.* lock.*, then/],
  ['posix-timer', [() => '{ file: core-100, field: [3, 7, 4], value: absent }'], /POSIX timer 0 .*, then none/],
  [
    'interval-timers',
    [() => '{ file: core-100, field: [3, 7, 1, 1], value: 5 }'],
    /interval timers real every 100100 s.*, then real every 5 s/,
  ],
  [
    'terminal',
    [0, 1].map((record) => () => `{ file: tty-info, record: ${record}, field: [11, 1], value: 12 }`),
    /33 rows of 111.*, then .*12 rows of 111/,
  ],
  ['sysv-memory', [inPages], /contents 408000000-408002000 .*, then/],
  [
    'sysv-semaphores',
    [inText('ipcns-sem', Buffer.from([0, 0, 5, 0]), 2)],
    /semaphore set .*values 0 5, then .*values 2 5/,
  ],
  [
    'sysv-queue',
    [inText('ipcns-msg', 'message 100')],
    /message queue .*16 bytes of .* in 1 messages, checksum .*, then/,
  ],
  ['huge-memory', [inText('pages', HUGE)], /contents 409000000-409200000 .*, then/],
  ['transparent-huge-memory', [inText('pages', HUGE)], /contents 40a000000-40a200000 .*, then/],
  ['timerfd', [inFile([12, 7], 0), inFile([12, 8], 0)], /open file 3 .*, armed.*, then .*not armed/],
  ['eventfd', [inFile([8, 4], 7)], /open file 3 .*eventfd-count: *64.*, then .*eventfd-count: *7/],
  ['signalfd', [inFile([10, 4], 1)], /open file 3 .*sigmask: *0*200.*, then .*sigmask: *0*1\b/],
  ['epoll', [inFile([9, 4, 4], 5)], /open file 3 .*epoll of 4 .*data 1234567800000064.*, then .*data 5/],
  ['inotify', [inFile([13, 5], 'absent')], /open file 3 .*inotify watch.*, then/],
  ['shared-memory', [inPages], /contents 400000000-400004000 .*, then/],
  ['memfd', [inPages], /contents 403000000-403004000 .*, then/],
];

describe('Resources of a task', function () {
  this.timeout(60_000);

  it('are words of the scenario, of processes only', () => {
    const c = parse(['pipe', 'memfd', 'pipe']);
    assert.deepEqual(c.tasks[0]!.criu!.resources, ['pipe', 'memfd']);
    assert.deepEqual(parseScenarios(writeScenario(c), 'a.yaml').cases[0]!.tasks, c.tasks);
    const wrong = (tree: string) => parseScenarios(`scenario: A\ntree: ${tree}\ncriu: {}\n`, 'a.yaml').diagnostics[0];
    const unknown = wrong('{ pid: 100, resources: [pipes] }');
    assert.deepEqual([unknown?.line, unknown?.column], [2, 31]);
    assert.match(`${unknown?.hint}`, /pipe/);
    assert.ok(wrong('{ pid: 100, threads: [{ pid: 101, resources: [pipe] }] }'));
  });

  it('are those that the agent can make', () => {
    const families = ['files', 'queues', 'locks', 'timers', 'memory', 'connections', 'terminals', 'ipc'].map((family) =>
      readFileSync(`src/backends/criu/agent/resource-${family}.c`, 'utf8'),
    );
    const names = families.flatMap((text) =>
      [...text.matchAll(/\{ "([a-z-]+)", make_\w+ \}/g)].map(([, name]) => name!),
    );
    assert.deepEqual(names.sort(), [...RESOURCE_NAMES].sort());
  });

  describe('with a CRIU that works here', () => {
    let backend: CriuBackend;
    let pages: string | undefined;
    before(async function () {
      backend = criu();
      await skipWithout(backend, this);
      pages = takeHugePages();
    });
    after(async () => {
      await backend?.dispose();
      if (pages !== undefined) writeFileSync(HUGE_PAGES, pages);
    });

    for (const [resource, changes, seen] of CHANGES)
      it(`of the kind ${resource} are compared: another one than was dumped shows`, async function () {
        const refused = backend.refuses(parse([resource]), 'series');
        if (refused !== undefined) {
          console.log(`      skipped: ${refused}`);
          return this.skip();
        }
        const images = await backend.images(parse([resource]));
        const c = parse(
          [resource],
          changes.map((change) => change(images)),
        );
        const record = await backend.run({ case: c, protocol: 'series', seed: '0', maxSteps: 1000 });
        assert.equal(record.criu!.restore!.exit, 0, JSON.stringify(record.criu!.restore));
        // As if CRIU itself had done it: a tree of changed images is not compared.
        const { edits: _edits, ...unchanged } = record.criu!;
        const violations = judge(parse([resource]), { ...record, criu: unchanged });
        assert.deepEqual(
          violations.map(({ property }) => property),
          ['restored-tree-matches-dump'],
        );
        assert.match(violations[0]!.message, seen);
        return undefined;
      });
  });
});
