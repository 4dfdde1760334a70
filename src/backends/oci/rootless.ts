/** A runtime that an ordinary user of the sandbox starts. */
import type { RuntimeSetup } from '../index.ts';
import { readText } from './cgroups.ts';
import type { Driver } from './drivers/driver.ts';

/** The user, and its group. */
export const USER = 1000;
const HOME = '/work/home';
/** Where it may write, with what is made there later. All cgroups of the sandbox are its own, so that it can move itself. */
const OWNED = `${HOME} /run /log /work/images /work/logs /sys/fs/cgroup`;

/**
 * Shell script that makes the user, and `as-user` on the PATH. With capabilities (ambient ones, so that CRIU has them) the runtimes have CRIU do without the
 * others, by its option `unprivileged`.
 */
export function prepareUser({ capabilities = [] }: RuntimeSetup): string {
  const names = String(capabilities).toLowerCase();
  const ambient = names === '' ? '' : `--inh=${names} --addamb=${names}`;
  const unprivileged = 'mkdir -p /etc/criu; for n in runc crun; do echo unprivileged > /etc/criu/$n.conf; done';
  return `
echo 'user:x:${USER}:${USER}::${HOME}:/bin/sh' >> /etc/passwd
mkdir -p ${HOME} /work/logs
chmod 1777 /tmp /var/tmp
chmod 777 /work
chown -R ${USER}:${USER} ${OWNED}
cat > /work/bin/as-user << 'END'
#!/bin/bash
export HOME=${HOME} XDG_RUNTIME_DIR=/run
exec capsh --keep=1 --gid=${USER} --uid=${USER} ${ambient} --shell=/bb/env -- "$@"
END
chmod 755 /work/bin/as-user
${names === '' ? '' : unprivileged}`;
}

/** The driver whose calls, and what it prepares, are of that user. */
export function asUser(driver: Driver): Driver {
  const { name, prepare } = driver;
  const functions = [name, 'mkdir'].map((one) => `${one}() { as-user ${one} "$@"; }`).join('\n');
  return {
    ...driver,
    command: (call, context) => ['as-user', ...driver.command(call, context)],
    prepare: (setup) => `${prepareUser(setup)}\n${functions}\n${prepare?.(setup) ?? ''}`,
  };
}

/** By its file, what must not stand there: such a kernel gives no user namespace to users other than root. */
const CLOSED: Readonly<Record<string, string>> = {
  '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1',
  '/proc/sys/kernel/unprivileged_userns_clone': '0',
  '/proc/sys/user/max_user_namespaces': '0',
};

/** Why a user other than root can have no user namespace here; undefined when it can. */
export function whyNoUserNamespace(files = CLOSED): string | undefined {
  const found = Object.entries(files).find(([file, closed]) => readText(file).trim() === closed);
  return found && `users other than root have no user namespaces on this machine: ${found[0]} is ${found[1]}`;
}
