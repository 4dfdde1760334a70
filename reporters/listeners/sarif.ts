/**
 * SARIF 2.1.0, for code scanning: a result for each finding, at the scenario's place. Its fingerprint is the signature of the
 * defect, so that a viewer recognises it when the file has changed. Findings of known defects are suppressed results.
 */
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { harmless } from '../../src/boundary/harmless.ts';
import { packageVersion } from '../../src/boundary/package.ts';
import type { Position } from '../../src/model/case.ts';
import type { Bucket } from '../../src/model/signature.ts';
import type { Listener, Setting } from '../shared/listener.ts';
import { replayCommand } from '../shared/replay-command.ts';
import { type CaseResult, isFinding } from '../shared/result.ts';
import type { Summary } from '../shared/summary.ts';
import { bucketText, bucketTitle } from '../words/bucket.ts';
import { findCause } from '../words/criu.ts';

/** The key of the signature among the fingerprints; another way to make signatures gets another version. */
const FINGERPRINT = 'mktroubleSignature/v1';

export class Sarif implements Listener {
  readonly #setting: Setting;
  readonly #root: string;
  readonly #rules = new Map<string, number>();
  readonly #results: object[] = [];
  readonly #notifications: object[] = [];

  constructor(setting: Setting, env: Readonly<Record<string, string | undefined>> = process.env) {
    this.#setting = setting;
    this.#root = env['GITHUB_WORKSPACE'] || process.cwd();
  }

  result(result: CaseResult): void {
    const { kind, verdict, position, title, reason, error } = result;
    const locations = this.#locate(position);
    if (kind === 'error' || kind === 'incomplete') {
      const text = harmless(`${title}: ${reason ?? error?.message ?? kind}`, true);
      this.#notifications.push({ level: kind === 'error' ? 'error' : 'warning', message: { text }, locations });
      return;
    }
    const shown = verdict ? [...verdict.violations, ...(isFinding(kind) ? [] : verdict.known)] : [];
    if (!isFinding(kind) && shown.length === 0) return;
    const ruleId = verdict?.bucket?.signature.property ?? shown[0]?.property ?? 'test';
    this.#results.push({
      ruleId,
      ruleIndex: this.#rule(ruleId),
      kind: 'fail',
      level: isFinding(kind) ? 'error' : 'note',
      message: { text: harmless(composeMessage(result), true) },
      locations,
      ...(verdict?.bucket && describeBucket(verdict.bucket)),
      ...(!isFinding(kind) && { suppressions: [{ kind: 'inSource', justification: 'violates: of the scenario' }] }),
    });
  }

  end({ interrupted, errors }: Summary): void {
    const rules = [...this.#rules.keys()].map((id) => ({
      id,
      name: id,
      shortDescription: { text: id.replaceAll('-', ' ') },
    }));
    const run = {
      tool: { driver: { name: 'mktrouble', version: packageVersion(), rules } },
      columnKind: 'utf16CodeUnits',
      invocations: [
        {
          executionSuccessful: !interrupted && errors === 0,
          ...(this.#notifications.length > 0 && { toolExecutionNotifications: this.#notifications }),
        },
      ],
      results: this.#results,
    };
    this.#setting.out.write(`${JSON.stringify({ version: '2.1.0', $schema: SCHEMA, runs: [run] }, undefined, 1)}\n`);
  }

  #rule(id: string): number {
    const known = this.#rules.get(id);
    if (known !== undefined) return known;
    this.#rules.set(id, this.#rules.size);
    return this.#rules.size - 1;
  }

  /** Below the root of the repository a relative address, as code scanning takes it. */
  #locate(position: Position | undefined): object[] {
    if (!position) return [];
    const from = relative(this.#root, resolve(position.file));
    const isBelow = !isAbsolute(from) && from.split(sep)[0] !== '..';
    const uri = encodeURI((isBelow ? from : position.file).split(sep).join('/'));
    return [
      {
        physicalLocation: {
          artifactLocation: { uri, ...(isBelow && { uriBaseId: '%SRCROOT%' }) },
          region: { startLine: position.line, startColumn: position.column },
        },
      },
    ];
  }
}

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

function composeMessage({ kind, title, verdict, error, reason }: CaseResult): string {
  if (!verdict) return `${title}: ${error?.message ?? 'failed'}`;
  const violations = verdict.violations.length > 0 ? verdict.violations : verdict.known;
  const cause = verdict.record?.criu && findCause(verdict.record.criu);
  return [
    title,
    ...(kind === 'flaky' ? [reason ?? 'flaky'] : []),
    ...violations.map(({ property, message }) => `${property}: ${message}`),
    ...(cause === undefined ? [] : [cause]),
    ...(verdict.bucket ? [bucketText(verdict.bucket)] : []),
    replayCommand(verdict),
  ].join('\n');
}

function describeBucket(bucket: Bucket): object {
  const { id, state, signature, defect } = bucket;
  const isAccepted = state === 'known' || state === 'flaky';
  return {
    partialFingerprints: { [FINGERPRINT]: id },
    baselineState: isAccepted ? 'unchanged' : 'new',
    ...(isAccepted && { suppressions: [{ kind: 'external', justification: harmless(bucketTitle(bucket)) }] }),
    properties: { ...signature, state, ...(defect !== undefined && { defect }) },
  };
}
