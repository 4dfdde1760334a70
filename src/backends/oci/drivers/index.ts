/** The drivers by the names of their runtimes. */
import type { RuntimeName } from '../../index.ts';
import { crun } from './crun.ts';
import type { Driver } from './driver.ts';
import { podman } from './podman.ts';
import { runc } from './runc.ts';
import { runsc } from './runsc.ts';

export const DRIVERS: Readonly<Partial<Record<RuntimeName, Driver>>> = { runc, crun, podman, runsc };
