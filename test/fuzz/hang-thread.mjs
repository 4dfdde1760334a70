/** The thread of hang-watch.ts. In JavaScript: Node 20 runs no TypeScript in a thread. */
import { writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { setInterval } from 'node:timers';
import { workerData } from 'node:worker_threads';

const { numbers, bytes, folder, limit } = workerData;
let last = Atomics.load(numbers, 0);
let began = process.cpuUsage();
setInterval(() => {
  const now = Atomics.load(numbers, 0);
  const { user, system } = process.cpuUsage(began);
  if (now === last && (user + system) / 1e6 < limit) return;
  if (now === last) {
    const file = path.join(folder, 'hangs');
    writeFileSync(file, bytes.slice(0, numbers[1]));
    writeSync(1, `${file}: not read after ${limit} s of processor time\n`);
    process.kill(process.pid, 'SIGKILL');
  }
  last = now;
  began = process.cpuUsage();
}, 1000);
