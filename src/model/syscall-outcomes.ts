/** What can become of a system call besides success. */
import { SHORT_SYSCALLS } from './syscalls.ts';

/** In the order of a sweep. */
export const OUTCOMES = ['ENOMEM', 'EINTR', 'EPERM', 'EMFILE', 'ENOSPC', 'EAGAIN', 'short', 'SIGKILL'] as const;
export type OutcomeName = (typeof OUTCOMES)[number];

function split(names: string): ReadonlySet<string> {
  return new Set(names.trim().split(/\s+/));
}

/** The calls whose manual page in section 2 has the error; of getdents64() the file system decides. For EINTR: signal(7). */
const MAY_FAIL: Readonly<Record<Exclude<OutcomeName, 'short' | 'SIGKILL'>, ReadonlySet<string>>> = {
  ENOMEM: split(`
    accept accept4 access bpf brk chdir chmod chown chroot clone clone3 epoll_create epoll_create1 epoll_ctl eventfd eventfd2 execve
    faccessat faccessat2 fchmod fchmodat fchown fchownat fork fsopen fspick getcwd getdents64 getxattr inotify_add_watch inotify_init
    inotify_init1 io_setup lchown lgetxattr link linkat lsetxattr lstat madvise memfd_create mkdir mkdirat mknod mknodat mlock mlock2
    mmap mount mount_setattr move_mount mprotect mremap msync munlock munmap newfstatat open open_tree openat openat2 poll ppoll
    process_vm_readv process_vm_writev pselect6 readlink readlinkat recvfrom recvmsg rename renameat renameat2 rmdir seccomp select
    sendmsg sendto setgroups setns setsockopt setxattr shmat shmget signalfd signalfd4 socket splice stat statfs statx symlink symlinkat
    tee timer_create timerfd_create umount2 unlink unlinkat unshare userfaultfd vmsplice`),
  EINTR: split(`
    accept accept4 clock_nanosleep connect epoll_pwait epoll_wait fcntl flock futex ioctl nanosleep open openat pause poll ppoll pread64
    pselect6 pwrite64 read readv recvfrom recvmsg rt_sigsuspend rt_sigtimedwait select sendmsg sendto wait4 waitid write writev`),
  EMFILE: split(`
    accept accept4 dup dup2 dup3 epoll_create epoll_create1 eventfd eventfd2 fcntl fsopen fspick inotify_init inotify_init1 memfd_create
    mount open open_tree openat openat2 pidfd_open pipe pipe2 signalfd signalfd4 socket socketpair timerfd_create userfaultfd`),
  ENOSPC: split(`
    clone clone3 epoll_ctl fallocate fsync inotify_add_watch link linkat mkdir mkdirat mknod mknodat open openat openat2 pwrite64 rename
    renameat renameat2 semget setxattr shmget symlink symlinkat unshare write writev`),
  EAGAIN: split('clone clone3 fork mlock mmap mremap setresuid setuid setreuid timer_create vfork'),
  EPERM: split(`
    capset chmod chown chroot clone clone3 epoll_ctl execve fchmod fchmodat fchown fchownat fcntl ioprio_set kcmp kill lchown link linkat
    lsetxattr madvise mkdir mkdirat mknod mknodat mlock mmap mount mount_setattr move_mount open openat openat2 pivot_root prctl
    prlimit64 process_vm_readv process_vm_writev ptrace rename renameat renameat2 rmdir rt_sigqueueinfo rt_tgsigqueueinfo
    sched_setaffinity sched_setattr sched_setparam sched_setscheduler setdomainname setgid setgroups sethostname setns setpgid
    setpriority setregid setresgid setresuid setreuid setrlimit setsid setuid setxattr shmctl symlink symlinkat tgkill tkill umount2
    unlink unlinkat unshare userfaultfd utimensat`),
};

/** Whether a call can end so: no program has to expect an error that its manual page does not have. */
export function canEnd(call: string, outcome: OutcomeName): boolean {
  if (outcome === 'SIGKILL') return true;
  return outcome === 'short' ? SHORT_SYSCALLS.includes(call) : MAY_FAIL[outcome].has(call);
}
