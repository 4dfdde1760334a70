/** `mktrouble conformance`: whether a backend keeps the contract, check by check. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Backend } from '../backends/backend.ts';
import type { BackendModule, CreateOptions } from '../backends/module.ts';
import { withoutUndefined } from '../config/options.ts';
import { toCreateOptions } from '../injector/backends.ts';
import type { Case } from '../model/case.ts';
import { conformanceCases } from './cases.ts';
import { CHECKS, type Check } from './checks.ts';
import { MACHINE_CHECKS } from './machine-checks.ts';
import { dispose, Failed, Hung, NotApplicable, type Subject, text, withinLimit } from './subject.ts';

export interface CheckResult {
  readonly name: string;
  readonly rule: string;
  readonly status: 'pass' | 'fail' | 'skip';
  /** Why it fails, or is skipped. */
  readonly detail?: string;
}

export interface Conformance {
  readonly backend: string;
  readonly contract: number;
  /** Whether the backend works here; undefined checks otherwise. */
  readonly unavailable?: string;
  /** Cases that it was given, and those that it ran. */
  readonly cases: { readonly given: number; readonly run: number };
  readonly checks: readonly CheckResult[];
}

export interface ConformanceOptions extends Partial<CreateOptions> {
  /** Further cases, for a backend that refuses those of the kit. */
  readonly cases?: readonly Case[];
  /** Milliseconds of each call; 30,000 by default. */
  readonly limit?: number;
  /** Aborted: no further check begins. */
  readonly signal?: AbortSignal;
}

const ALL: readonly Check[] = [...CHECKS, ...MACHINE_CHECKS];

/** The names and rules of the checks, in their order. */
export const CONFORMANCE_RULES: readonly Pick<CheckResult, 'name' | 'rule'>[] = ALL.map(({ name, rule }) => ({
  name,
  rule,
}));

/** Holds a backend against the contract. Never rejects for what the backend does: that is a check that fails. */
export async function checkConformance(module: BackendModule, options: ConformanceOptions = {}): Promise<Conformance> {
  const { limit = 30_000, signal } = options;
  const { allowCommands, criu, runtime } = options;
  const create = toCreateOptions(withoutUndefined({ allowCommands, criu, runtime }));
  const given = [...conformanceCases(), ...(options.cases ?? [])];
  const about = { backend: module.name, contract: module.contract };
  const folder = mkdtempSync(path.join(tmpdir(), 'mktrouble-conformance-'));
  let backend: Backend | undefined;
  try {
    backend = await withinLimit(limit, 'create()', async () => module.create(create));
    const unavailable = await whyUnavailable(backend, limit);
    if (unavailable !== undefined) return { ...about, unavailable, cases: { given: given.length, run: 0 }, checks: [] };
    const subject: Subject = { module, backend, create, given, cases: accepted(backend, given), limit, folder };
    const checks = await checkAll(subject, signal);
    return { ...about, cases: { given: given.length, run: subject.cases.length }, checks };
  } catch (error) {
    const { name, rule } = ALL[0]!;
    const failed: CheckResult = { name, rule, status: 'fail', detail: text(error) };
    return { ...about, cases: { given: given.length, run: 0 }, checks: [failed] };
  } finally {
    if (backend) await dispose(backend, limit).catch(() => {});
    rmSync(folder, { recursive: true, force: true });
  }
}

async function whyUnavailable(backend: Backend, limit: number): Promise<string | undefined> {
  const list = await withinLimit(limit, 'capabilities()', () => backend.capabilities());
  const first = Array.isArray(list) ? list[0] : undefined;
  return first?.available === false ? first.detail : undefined;
}

/** The cases that the backend does not refuse; what refuses() does wrong is for its check. */
function accepted(backend: Backend, given: readonly Case[]): readonly Case[] {
  return given.filter((c) => {
    try {
      return backend.refuses(c, c.restart.protocol) === undefined;
    } catch {
      return false;
    }
  });
}

async function checkAll(subject: Subject, signal: AbortSignal | undefined): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  let hung: string | undefined;
  for (const one of ALL) {
    if (signal?.aborted) break;
    const { name, rule } = one;
    if (hung !== undefined) {
      results.push({ name, rule, status: 'skip', detail: hung });
      continue;
    }
    const result = await judge(one, subject);
    if (result.hung) hung = `an earlier call never ended`;
    results.push({ name, rule, status: result.status, ...(result.detail !== undefined && { detail: result.detail }) });
  }
  return results;
}

async function judge(
  { check }: Check,
  subject: Subject,
): Promise<Pick<CheckResult, 'status' | 'detail'> & { readonly hung?: boolean }> {
  try {
    await check(subject);
    return { status: 'pass' };
  } catch (error) {
    if (error instanceof NotApplicable) return { status: 'skip', detail: error.message };
    const detail = error instanceof Failed ? error.message : `it throws: ${text(error)}`;
    return { status: 'fail', detail, hung: error instanceof Hung };
  }
}
