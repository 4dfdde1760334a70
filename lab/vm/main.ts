/**
 * `npm run vm -- [--kvm] [--memory 8] COMMAND…`: runs a command on another kind of machine: Debian's kernel, cgroup v2 only, memory
 * changes tracked, every capability. It is a virtual machine whose root is the root of this one, read only, below a file system in
 * memory that is gone when it ends: what is installed here is there. Without --kvm every instruction is emulated, some ten times
 * slower, where virtual machines are nested it may be the only way. Exits as the command does.
 *
 * The kernel, the emulator and a static shell are Debian's packages, unpacked into the cache folder, never installed.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { cacheFolder } from '../../src/backends/host/cache.ts';
import { CannotInstall, installProgram, unpackedFolder, unpackedVersions } from '../../src/backends/host/packages.ts';
import { unpackedCommand } from '../../src/backends/host/unpacked.ts';
import { quote } from '../../src/backends/oci/scripts.ts';

const KERNEL = {
  name: 'linux-image-amd64',
  title: 'a kernel for a virtual machine',
  companions: ['qemu-system-x86', 'seabios', 'busybox-static'],
  suites: ['bookworm'],
};
/** What reaches the root of this machine, in the order of their needs. */
const MODULES = [
  ...['virtio', 'virtio_ring', 'virtio_pci_modern_dev', 'virtio_pci_legacy_dev', 'virtio_pci'],
  ...['9pnet', '9pnet_virtio', 'netfs', 'fscache', '9p', 'overlay'],
];

/** What the guest prints last. */
const ENDED = /^the virtual machine ended with (\d+)$/;

const program = new Command('npm run vm --')
  .option('--kvm', 'let the processor do it, where virtual machines may use it', false)
  .option('--memory <gigabytes>', 'memory of the virtual machine', '8')
  .argument('<command...>')
  // What follows the command is its own.
  .passThroughOptions()
  .parse();
const values = program.opts<{ kvm: boolean; memory: string }>();
const command = program.args;
const tree = await fetchKernel();
const busybox = [path.join(tree, 'bin/busybox'), path.join(tree, 'usr/bin/busybox')].find(existsSync)!;
const modules = path.join(tree, 'lib/modules');
const kernel = readdirSync(modules)[0]!;
const work = mkdtempSync(path.join(tmpdir(), 'mktrouble-vm-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));
writeGuest();
packFirstRoot();
process.exitCode = await start();

/** The tree with the kernel and the emulator. */
async function fetchKernel(): Promise<string> {
  const cache = cacheFolder();
  const say = (line: string): void => console.error(line);
  try {
    const [there] = await unpackedVersions(cache, KERNEL.name);
    const version = there ?? (await installProgram(cache, KERNEL, undefined, say));
    return unpackedFolder(cache, KERNEL.name, version);
  } catch (error) {
    if (!(error instanceof CannotInstall)) throw error;
    console.error(`there is no kernel for a virtual machine: ${error.message}`);
    process.exit(2);
  }
}

function copyScript(name: string, target: string): void {
  copyFileSync(path.join(import.meta.dirname, name), target);
  chmodSync(target, 0o755);
}

function writeScript(name: string, text: string): void {
  writeFileSync(path.join(work, name), text, { mode: 0o755 });
}

/** What the virtual machine runs once it has its root. */
function writeGuest(): void {
  // Not made by the packages: which module needs which.
  if (!existsSync(path.join(modules, kernel, 'modules.dep'))) execFileSync(busybox, ['depmod', '-b', tree, kernel]);
  copyScript('guest.sh', path.join(work, 'guest'));
  const { PATH = '', HOME = '/root', MKTROUBLE_CRIU, MKTROUBLE_PATIENCE = values.kvm ? '1' : '10' } = process.env;
  const environment = {
    PATH,
    HOME,
    ...(MKTROUBLE_CRIU && { MKTROUBLE_CRIU }),
    MKTROUBLE_PATIENCE,
    MODULES: path.join(modules, kernel),
    BUSYBOX: busybox,
  };
  const lines = Object.entries(environment).map(([name, value]) => `export ${name}=${quote(value)}\n`);
  writeScript('environment', lines.join(''));
  writeScript('modprobe', `#!/bin/sh\nexec ${quote(busybox)} modprobe "$@"\n`);
  writeScript('command', `cd ${quote(process.cwd())} && exec ${command.map(quote).join(' ')}\n`);
}

/** The root with which it starts: what finds the real one. */
function packFirstRoot(): void {
  const root = path.join(work, 'root');
  for (const folder of ['bin', 'proc', 'sys', 'dev', 'machine', 'written', 'root', 'modules'])
    mkdirSync(path.join(root, folder), { recursive: true });
  copyFileSync(busybox, path.join(root, 'bin/busybox'));
  copyScript('init.sh', path.join(root, 'init'));
  const files = readdirSync(path.join(modules, kernel), { recursive: true, encoding: 'utf8' });
  for (const [i, name] of MODULES.entries()) {
    const file = files.find((one) => path.basename(one) === `${name}.ko`);
    // Another kernel has it built in, or does without.
    if (file !== undefined)
      copyFileSync(path.join(modules, kernel, file), path.join(root, 'modules', `${String.fromCharCode(97 + i)}.ko`));
  }
  execFileSync(
    'sh',
    ['-c', `cd "$1" && find . | "$2" cpio -o -H newc > "$3"`, 'sh', root, busybox, path.join(work, 'first-root')],
    { stdio: ['ignore', 'inherit', 'ignore'] },
  );
}

/** Starts it, and prints what it prints. Resolves with the exit code of the command; 3 where it did not end. */
async function start(): Promise<number> {
  const [emulator, ...words] = (await unpackedCommand(tree, 'usr/bin/qemu-system-x86_64'))!;
  const share = path.join(tree, 'usr/share');
  const machine = [
    ...['-L', path.join(share, 'seabios'), '-L', path.join(share, 'qemu')],
    ...(values.kvm ? ['-machine', 'q35,accel=kvm', '-cpu', 'host'] : ['-machine', 'q35,accel=tcg', '-cpu', 'max']),
    ...['-smp', '2', '-m', `${values.memory}G`],
    ...['-nodefaults', '-nographic', '-no-reboot', '-serial', 'stdio'],
    ...['-kernel', path.join(tree, 'boot', `vmlinuz-${kernel}`), '-initrd', path.join(work, 'first-root')],
    ...['-append', `console=ttyS0 quiet panic=-1 guest=${path.join(work, 'guest')}`],
    ...['-fsdev', 'local,id=machine,path=/,security_model=none,readonly=on,multidevs=remap'],
    ...['-device', 'virtio-9p-pci,fsdev=machine,mount_tag=machine'],
  ];
  const env = { ...process.env, QEMU_MODULE_DIR: path.join(tree, 'usr/lib/x86_64-linux-gnu/qemu') };
  const child = spawn(emulator!, [...words, ...machine], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  process.on('exit', () => child.kill('SIGKILL'));
  let exit = 3;
  for await (const line of createInterface({ input: child.stdout })) {
    const ended = ENDED.exec(line);
    if (ended) exit = Number(ended[1]);
    else console.log(line);
  }
  await once(child, 'close').catch(() => {});
  return exit;
}
