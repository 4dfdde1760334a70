/** The errnos that the restart's source names, as the kernel writes them (`-EBUSY`). */
export const EPERM = 1;
export const ESRCH = 3;
export const EINTR = 4;
export const EBADF = 9;
export const EAGAIN = 11;
export const ENOMEM = 12;
export const EBUSY = 16;
export const EINVAL = 22;
