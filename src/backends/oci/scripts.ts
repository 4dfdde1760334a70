/** The shell scripts of a sandbox: what makes it, what runs commands in it, and what stands in for `criu` on its PATH. */

/**
 * The warden: makes cgroups and the namespaces, and removes the cgroups when all in them has ended. It ends with its standard input, also
 * when mktrouble was killed. Environment: CGROUPS (that of v2 first), TREE, CRIU and OTHER_CRIU (folders, or nothing), V1 (names of
 * cgroup v1 hierarchies that the sandbox has, or nothing), INNER, LOOP.
 * Signals other than SIGKILL do not end it; when it is killed, all in the sandbox is killed.
 * Containers have the controllers of v2 that are enabled here, for which no process may be in the cgroup above theirs: all of the sandbox is in
 * `init` beside them.
 * A cgroup in every hierarchy: CRIU saves all cgroups below that of the container, in each.
 * A task in a frozen cgroup of v1 does not even end by SIGKILL, and the init of its namespace, which has given up its memory, waits for it:
 * everything is thawed then. CRIU leaves a frozen cgroup when it is killed.
 */
export const WARDEN = `
trap : INT TERM HUP QUIT
mkdir $CGROUPS || exit 1
for c in $CGROUPS; do
  for f in cpuset.mems cpuset.cpus; do [ ! -e "\${c%/*}/$f" ] || cat "\${c%/*}/$f" > "$c/$f"; done
done
thaw() {
  for f in $(find $CGROUPS -name freezer.state -o -name cgroup.freeze); do
    case $f in */freezer.state) echo THAWED > $f ;; *) echo 0 > $f ;; esac
  done 2> /dev/null
}
# A command in the background loses its standard input, unless that has another number.
exec 4<&0 < /dev/null
(for c in $CGROUPS; do echo 0 > "$c/cgroup.procs" || exit 1; done
export V2="\${CGROUPS%% *}/init"
exec setpriv --pdeathsig KILL unshare --cgroup sh -c 'mkdir "$V2" && echo 0 > "$V2/cgroup.procs" && exec \\
  unshare --mount --pid --net --ipc --uts --fork --kill-child --propagation private sh -c "$INNER"') <&4 4<&- &
sandbox=$!
exec 4<&-
(trap '' INT TERM HUP QUIT
while setpriv --pdeathsig KILL sleep 1 && [ -d /proc/$sandbox ]; do
  read -r init rest < /proc/$sandbox/task/$sandbox/children
  grep -q ^VmSize /proc/$init/status || thaw
done) > /dev/null 2>&1 &
watch=$!
# A signal ends the wait, but not what it waits for.
while kill -0 $sandbox 2> /dev/null; do
  wait $sandbox
  end=$?
done
kill -KILL $watch 2> /dev/null
i=0
while [ $i -lt 50 ]; do
  i=$((i + 1))
  left=
  thaw 2> /dev/null
  for c in $CGROUPS; do
    [ ! -e "$c" ] || find "$c" -depth -type d -exec rmdir {} + 2> /dev/null
    [ ! -e "$c" ] || left=yes
  done
  [ -n "$left" ] || exit $end
  sleep 0.2
done
exit $end
`;

/** Makes the root of the sandbox: the unpacked Debian read-only, everything else in memory. */
export const INNER = `
set -e
read -r host rest < /proc/self/stat
mount -t tmpfs -o mode=755,size=1g oci /mnt
cd /mnt
mkdir -p proc sys dev run tmp root var/tmp work/bin work/images log old bb criu other-criu
for d in usr bin sbin lib lib64; do
  if [ -L "$TREE/$d" ]; then
    ln -s "usr/$d" $d
  elif [ -d "$TREE/$d" ]; then
    mkdir $d
    mount --bind "$TREE/$d" $d
    mount -o remount,bind,ro $d
  fi
done
# A CRIU that a package of the runtime depends on: only that of the case can be started, also where that is to be missing.
[ ! -e usr/sbin/criu ] || mount --bind /dev/null usr/sbin/criu
cp -a "$TREE/etc" etc
for d in criu other-criu; do
  folder=$CRIU
  [ $d = criu ] || folder=$OTHER_CRIU
  [ -z "$folder" ] || for e in "$folder"/*; do
    n=$d/\${e##*/}
    if [ -L "$e" ]; then cp -a "$e" $n; elif [ -d "$e" ]; then mkdir $n; mount --bind "$e" $n; mount -o remount,bind,ro $n; fi
  done
done
mount -t tmpfs -o mode=755,size=1m dev dev
for n in null zero full random urandom tty; do : > dev/$n; mount --bind /dev/$n dev/$n; done
mkdir dev/pts dev/shm dev/net
[ ! -e /dev/net/tun ] || { : > dev/net/tun; mount --bind /dev/net/tun dev/net/tun; }
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount -t tmpfs -o size=64m shm dev/shm
mount -t tmpfs -o size=64m images work/images
mount -t proc proc proc
mount -t sysfs sys sys
cgroups=sys/fs/cgroup
if [ -n "$V1" ]; then
  mount -t tmpfs -o mode=755,size=1m cgroup $cgroups
  for c in $V1; do
    mkdir $cgroups/$c
    mount -t cgroup -o $([ $c = systemd ] && echo none,name=)$c cgroup $cgroups/$c
    for n in $(echo $c | tr , ' '); do [ -e $cgroups/$n ] || ln -s $c $cgroups/$n; done
  done
  cgroups=$cgroups/unified
  mkdir $cgroups
fi
mount -t cgroup2 cgroup $cgroups
for n in $(cat $cgroups/cgroup.controllers); do echo +$n > $cgroups/cgroup.subtree_control || :; done
pivot_root . old
export HOST=$host HOME=/root PATH=/work/bin:/usr/sbin:/usr/bin:/sbin:/bin:/bb
exec /bin/bash -c "$LOOP"
`;

/** Runs each line of standard input, a number and a command, concurrently; prints the pid and the end of each. */
export const LOOP = `
for b in /bin/busybox /usr/bin/busybox; do [ -e $b ] && busybox=$b; done
$busybox --install -s /bb
umount -l /old
rmdir /old
ip link set lo up 2> /dev/null
[ -e /bb/iptables-restore ] || for n in iptables ip6tables; do for s in '' -restore -save; do
  ln -sf /usr/sbin/$n-nft$s /bb/$n$s
done; done
unset TREE CRIU OTHER_CRIU V1 V2 INNER LOOP CGROUPS
exec 3>&1
echo "ready $HOST" >&3
run() {
  (echo "pid $1 $BASHPID" >&3; exec 3>&-; eval "$2") < /dev/null > /log/$1.out 2> /log/$1.err
  echo "end $1 $?" >&3
}
while IFS=' ' read -r id command; do run "$id" "$command" & done
`;

/**
 * Stands in for criu: counts its starts, and at the one that /work/criu.fault names it does what stands there. The programs are started
 * through their own loaders.
 */
export function criuScript(criu: readonly string[], other: readonly string[], environment: string): string {
  return `#!/bin/bash
starts=0
[ -e /work/criu.starts ] && read -r starts < /work/criu.starts
starts=$((starts + 1))
echo $starts > /work/criu.starts
at=none
[ -e /work/criu.fault ] && read -r at what rest < /work/criu.fault
${environment}
criu=(${criu.map(quote).join(' ')})
[ -e /work/criu.other ] && criu=(${other.map(quote).join(' ')})
if [ "$at" = any ] || [ "$at" = "$starts" ]; then
  echo $$ > /work/criu.pid
  case $what in
    hangs) exec sleep 100000 ;;
    fails) echo "criu: it fails at once" >&2; exit 1 ;;
    stops) kill -STOP $$ ;;
    staged)
      logs=()
      for f in $rest; do logs+=(-P "$f/dump.log" -P "$f/restore.log"); done
      exec strace -D -s 64 -o /work/criu.writes "\${logs[@]}" -e trace=write -e inject=write:signal=SIGSTOP:when=1+ "\${criu[@]}" "$@" ;;
    traced) eval "exec strace -D -o /work/criu.trace $rest \\"\\\${criu[@]}\\" \\"\\$@\\"" ;;
  esac
fi
exec "\${criu[@]}" "$@"
`;
}

/**
 * Reads the trace of a CRIU that is stopped after each write(2) to its log, and lets it go on, but for the line that
 * names the stage of its first argument. CRIU writes it whether the runtime wants to hear of stages, as runc does, or not.
 */
export const AT_STAGE = `
while IFS= read -r line; do
  case $line in
    *"Running $1 scripts"*) logged=yes ;;
    *'stopped by SIGSTOP'*)
      if [ "$logged" ] && [ ! -e /work/criu.stage ]; then
        : > /work/criu.stage
      else
        read -r pid < /work/criu.pid
        kill -CONT $pid
      fi ;;
  esac
done < /work/criu.writes
`;

/** A word of a shell command. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
