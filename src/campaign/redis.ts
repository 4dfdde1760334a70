/**
 * A campaign on Redis or Valkey: BullMQ hands out blocks of units, watches over its workers, and hands a block out again when its worker has
 * stalled. What is done is a list of results beside the queue, so that a block that is handed out again goes on where it was left, and
 * results are those of a folder. BullMQ and ioredis are optional: they are loaded for such a campaign only.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { type Attempt, isHopeless, nextAttempt, readAttempt } from './attempt.ts';
import { CampaignError } from './campaign-error.ts';
import { leaseFor, leaveOut, type Place, type WorkRequest } from './place.ts';
import { hashPlan, type Plan, printPlan, readPlan, Units } from './plan.ts';
import { Results } from './results.ts';

/** Jobs of a campaign, at most: to add more takes long. */
const MAX_JOBS = 5_000;
/** Milliseconds after which a worker that does not renew its job has stalled. */
const LEASE = 30_000;
/** Milliseconds between two looks at what is done. */
const PAUSE = 500;
/** Results that are read at once. */
const PAGE = 10_000;
/** Results after which a new snapshot is written. */
const LINES_PER_SNAPSHOT = 20_000;

/** Units `from` up to and without `to`. */
interface Block {
  readonly from: number;
  readonly to: number;
}

/** Opens the campaign of a URL: `redis://host:port/database#name`. Throws CampaignError when nothing answers there. */
export async function openRedis(at: string): Promise<Place> {
  const { bullmq, Redis: Client } = await load();
  const url = new URL(at);
  const name = url.hash.slice(1) || 'campaign';
  url.hash = '';
  const connection = new Client(url.href, {
    maxRetriesPerRequest: null,
    lazyConnect: true,
    retryStrategy: () => null,
  });
  // Each failure is reported where it is waited for.
  connection.on('error', () => {});
  try {
    await connection.connect();
  } catch {
    throw new CampaignError(`no Redis answers at ${url.host}`, 'redis-server or valkey-server must run there');
  }
  // From now on it may be restarted.
  connection.options.retryStrategy = (times: number) => Math.min(1000, 50 * times);
  return new RedisPlace(bullmq, connection, name);
}

async function load(): Promise<{ bullmq: typeof import('bullmq'); Redis: typeof Redis }> {
  try {
    return { bullmq: await import('bullmq'), Redis: (await import('ioredis')).Redis };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new CampaignError('a campaign on Redis needs BullMQ, which is not installed', 'npm install bullmq ioredis');
  }
}

class RedisPlace implements Place {
  readonly #bullmq: typeof import('bullmq');
  readonly #redis: Redis;
  readonly #name: string;
  readonly #queue: Queue<Block>;
  #opened: { readonly plan: Plan; readonly id: string; readonly units: Units } | undefined;
  #results: Results | undefined;
  /** Results that were read. */
  #read = 0;
  #fresh = 0;

  constructor(bullmq: typeof import('bullmq'), redis: Redis, name: string) {
    this.#bullmq = bullmq;
    this.#redis = redis;
    this.#name = name;
    this.#queue = new bullmq.Queue(`mktrouble-${name}`, { connection: redis });
    this.#queue.on('error', () => {});
  }

  #key(what: string): string {
    return `mktrouble:${this.#name}:${what}`;
  }

  async create(plan: Plan): Promise<void> {
    const isNew = await this.#redis.set(this.#key('plan'), printPlan(plan), 'NX');
    if (!isNew && hashPlan(await this.readPlan()) !== hashPlan(plan))
      throw new CampaignError(`there is another campaign ${this.#name}`, 'name this one: redis://host:port#name');
    await this.#addJobs();
  }

  async readPlan(): Promise<Plan> {
    return (await this.#open()).plan;
  }

  async #open(): Promise<{ readonly plan: Plan; readonly id: string; readonly units: Units }> {
    if (this.#opened) return this.#opened;
    const text = await this.#redis.get(this.#key('plan'));
    if (text === null)
      throw new CampaignError(`there is no campaign ${this.#name} on this Redis`, 'mktrouble campaign plan makes one');
    const plan = readPlan(text, `the campaign ${this.#name}`);
    this.#opened = { plan, id: hashPlan(plan), units: new Units(plan) };
    return this.#opened;
  }

  /** Adds a job for each block with units that are not done. A job that is there already is not added again. */
  async #addJobs(): Promise<void> {
    const { units } = await this.#open();
    const results = await this.readResults();
    const size = Math.ceil(units.count / MAX_JOBS);
    const jobs = [];
    for (let from = 0; from < units.count; from += size) {
      const to = Math.min(units.count, from + size);
      const isOpen = results.next(from, (unit) => unit >= from && unit < to) !== undefined;
      const opts = { jobId: `units-${from}`, removeOnComplete: true, removeOnFail: true };
      if (isOpen) jobs.push({ name: 'units', data: { from, to }, opts });
    }
    await this.#queue.addBulk(jobs);
  }

  async readResults(): Promise<Results> {
    const { id, units } = await this.#open();
    if (!this.#results) {
      const text = await this.#redis.get(this.#key('snapshot'));
      const snapshot = text === null ? undefined : Results.fromSnapshot(text, id, units.count);
      this.#results = snapshot?.results ?? new Results(id, units.count);
      this.#read = snapshot?.read['log'] ?? 0;
    }
    for (;;) {
      const lines = await this.#redis.lrange(this.#key('results'), this.#read, this.#read + PAGE - 1);
      for (const line of lines) this.#results.addLine(line);
      this.#read += lines.length;
      this.#fresh += lines.length;
      if (lines.length < PAGE) break;
    }
    if (this.#fresh >= LINES_PER_SNAPSHOT) {
      await this.#redis.set(this.#key('snapshot'), this.#results.toSnapshot({ log: this.#read }));
      this.#fresh = 0;
    }
    return this.#results;
  }

  countActive(): Promise<number> {
    return this.#queue.getActiveCount();
  }

  async setStopped(stopped: boolean): Promise<void> {
    await this.#open();
    if (stopped) await this.#redis.set(this.#key('stopped'), '1');
    else await this.#redis.del(this.#key('stopped'));
  }

  async isStopped(): Promise<boolean> {
    return (await this.#redis.exists(this.#key('stopped'))) === 1;
  }

  async work(request: WorkRequest): Promise<void> {
    if (request.share?.isStrict) throw new CampaignError('Redis hands out units itself', 'leave out --shard');
    const { plan, units } = await this.#open();
    const lease = leaseFor(plan, LEASE);
    const ended = new AbortController();
    const signal = AbortSignal.any([request.signal, ended.signal]);
    const worker: Worker<Block> = new this.#bullmq.Worker<Block>(
      this.#queue.name,
      async (job, token) => {
        const isWhole = await this.#perform(job.data, { ...request, signal });
        if (isWhole) return;
        await job.moveToWait(token);
        throw new this.#bullmq.WaitingError();
      },
      // How often a unit is begun is counted beside the queue: a block goes on until all of its units are done.
      { connection: this.#redis, lockDuration: lease, stalledInterval: LEASE / 3, maxStalledCount: 1_000_000 },
    );
    worker.on('error', () => {});
    try {
      for (;;) {
        if (signal.aborted || (await this.isStopped())) break;
        if ((await this.readResults()).done === units.count) break;
        // The submitter was killed before it had added all, or Redis has lost them.
        const { waiting, active, delayed, prioritized, paused } = await this.#queue.getJobCounts();
        if (!waiting && !active && !delayed && !prioritized && !paused) await this.#addJobs();
        await sleep(PAUSE, undefined, { signal }).catch(() => {});
      }
    } finally {
      ended.abort();
      await worker.close();
    }
  }

  /** Does what is left of a block; false: it was aborted before its end. */
  async #perform({ from, to }: Block, { signal, perform, onDone }: WorkRequest): Promise<boolean> {
    const attempts = this.#key('attempts');
    const { units } = await this.#open();
    for (let unit = from; unit < to; unit++) {
      if (signal.aborted) return false;
      if ((await this.readResults()).isDone(unit)) continue;
      const before = await this.#redis.hget(attempts, String(unit));
      const attempt = nextAttempt(readAttempt(before ?? ''));
      const store = (one: Attempt) => this.#redis.hset(attempts, String(unit), JSON.stringify(one));
      await store(attempt);
      const mark = async (run: number): Promise<void> => void (await store({ ...attempt, run }));
      const result = isHopeless(attempt)
        ? leaveOut(unit, units.size(unit))
        : await perform(unit, { signal, attempt, mark });
      if (result) await this.#redis.rpush(this.#key('results'), JSON.stringify(result));
      await this.#redis.hdel(attempts, String(unit));
      if (!result) return false;
      onDone?.(result);
    }
    return true;
  }

  async close(): Promise<void> {
    await this.#queue.close();
    this.#redis.disconnect();
  }
}
