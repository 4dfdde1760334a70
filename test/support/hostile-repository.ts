/** A repository that is written to harm the user of mktrouble: links, FIFOs, names, sizes, escapes, CI commands. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** What a scenario file may say that a terminal, a CI service or a report must not take for anything but text. */
export const HOSTILE_TEXT =
  '\u001b[2J\u001b]0;title\u0007\u009b31m\u202egnp.exe\u2066 ]]> </script><img src=x onerror=alert(1)> | `x`';
const COMMANDS = [
  '::error file=x::forged',
  '::add-mask::secret',
  '##[add-mask]secret',
  '##vso[task.setvariable variable=a]b',
];

export interface HostileRepository {
  readonly folder: string;
  /** Its scenario files that load: the others are mistakes. */
  readonly scenarios: string;
  /** Its scenario files that load and name commands; each command would write this file. */
  readonly commands: string;
  readonly written: string;
  /** Replay files and JSON reports that are none. */
  readonly replays: readonly string[];
  readonly reports: readonly string[];
}

/** Makes the repository in an empty folder; its links lead to `victims`, a folder outside of it. */
export function makeHostileRepository(folder: string, victims: string): HostileRepository {
  const write = (name: string, text: string | Buffer): string => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  };
  const quoted = (text: string): string => JSON.stringify(text);
  // Controls in a name are refused by the loader; this is what it accepts.
  const title = '::error::x ##[add-mask]y ]]> </script><img src=x onerror=alert(1)> | `x`';
  write(
    'scenarios/loads.yaml',
    [
      `scenario: ${quoted(title)}\nwhy: ${quoted(`${COMMANDS.join('\n')}\n${HOSTILE_TEXT}`)}\ntags: [x]`,
      'tree: { pid: 100 }\nexpect: { coordinator: EBUSY }\n',
    ].join('\n'),
  );
  write(`scenarios/${COMMANDS[0]!.replaceAll('/', '')} \u001b[31m\u202e.yaml`, 'scenario: y\ntree: { pid: 100 }\n');
  write(
    'mistakes/escapes.yaml',
    `scenario: ${quoted(title)}\n"${HOSTILE_TEXT.replaceAll('\u0007', '')}": ::error::x\n`,
  );
  const written = path.join(victims, 'written');
  const command = `[sh, -c, ${quoted(`echo x > ${written}`)}]`;
  write('commands/subject.yaml', `scenario: a\ntree: { pid: 100 }\nsubject: { command: ${command} }\n`);
  write('commands/check.yaml', `scenario: b\ntree: { pid: 100 }\ncheck: ${command}\n`);
  write(
    'commands/load.yaml',
    `scenario: c\ntree: { pid: 100 }\nsubject: { command: [sleep, 9], load: { command: ${command}, ready: { file: x } } }\n`,
  );
  write('mistakes/deep.yaml', '['.repeat(100_000));
  write('mistakes/keys.yaml', Array.from({ length: 40_000 }, (_, i) => `k${i}: 1`).join('\n'));
  write('mistakes/bomb.yaml', 'a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n');
  write('mistakes/code.yaml', 'scenario: !!js/function "function () { process.exit(7) }"\ntree: { pid: 100 }\n');
  write('mistakes/large.yaml', Buffer.alloc(3_000_000, '# \n'));
  spawnSync('mkfifo', [path.join(folder, 'mistakes/fifo.yaml')]);
  symlinkSync('/dev/zero', path.join(folder, 'mistakes/zero.yaml'));
  symlinkSync('loop.yaml', path.join(folder, 'mistakes/loop.yaml'));
  symlinkSync(path.join(victims, 'secret.yaml'), path.join(folder, 'mistakes/secret.yaml'));
  symlinkSync('..', path.join(folder, 'mistakes/up'));
  write(
    'mistakes/extends.yaml',
    `extends: ${path.relative(path.join(folder, 'mistakes'), victims)}/secret.yaml\nscenario: e\n`,
  );
  mkdirSync(path.join(folder, 'known'));
  write('known/a.yaml', 'scenario: k\ntree: { pid: 100 }\n');
  symlinkSync(path.join(victims, 'secret.yaml'), path.join(folder, 'known/mktrouble.known.yaml'));
  // Where output goes by default, and by name.
  symlinkSync(victims, path.join(folder, '.mktrouble'));
  symlinkSync(path.join(victims, 'victim'), path.join(folder, 'report.json'));
  symlinkSync(path.join(victims, 'new'), path.join(folder, 'report.xml'));
  const replays = [
    write('keys.replay.yaml', Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join('\n')),
    write('code.replay.yaml', 'version: 1\nproperty: !!js/function "function () {}"\n'),
    write('escapes.replay.yaml', `version: 1\n${quoted(HOSTILE_TEXT)}: 1\n`),
    path.join(folder, 'mistakes/fifo.yaml'),
    path.join(folder, 'mistakes/zero.yaml'),
  ];
  const reports = [
    write('deep.json', '['.repeat(100_000)),
    write('escapes.json', JSON.stringify({ version: 1, cases: [{ id: HOSTILE_TEXT }], summary: {} })),
    write('null.json', 'null'),
    path.join(folder, 'mistakes/fifo.yaml'),
    path.join(folder, 'mistakes/zero.yaml'),
  ];
  return {
    folder,
    scenarios: path.join(folder, 'scenarios'),
    commands: path.join(folder, 'commands'),
    written,
    replays,
    reports,
  };
}

/** All files below a folder with their content, mode and time of change: to compare. */
export function snapshot(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((name) => {
        const file = path.join(folder, name);
        const { mode, mtimeMs } = statSync(file);
        return [name, `${mode} ${mtimeMs} ${statSync(file).isFile() ? readFileSync(file, 'utf8') : ''}`];
      }),
  );
}
