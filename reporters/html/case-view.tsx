/** One case: what it is, what is wrong, its records played step by step, its source, and the command that replays it. */
import { useEffect, useState } from 'preact/hooks';
import type { Environment } from '../../src/record/environment.ts';
import type { Violation } from '../../src/record/verdict.ts';
import { bucketText } from '../words/bucket.ts';
import { faultSentence } from '../words/case.ts';
import { setupLines } from '../words/criu-setup.ts';
import { environmentLines } from '../words/environment.ts';
import { duration } from '../words/numbers.ts';
import { triedWords } from '../words/tried.ts';
import { VERDICT_NAMES, verdictSign } from '../words/verdicts.ts';
import { CopyButton } from './copy-button.tsx';
import { readCase } from './data.ts';
import { EndingsView } from './endings-view.tsx';
import { isNewState, nameVerdict } from './filters.ts';
import type { CaseDetail, ReportIndex } from './format.ts';
import { isPlayable } from './play/use-play.ts';
import { type Jump, RecordView, type Wanted } from './record-view.tsx';
import { RuleView } from './rule-view.tsx';
import { listRuns, useOthers } from './runs.ts';
import { SourceView } from './source-view.tsx';

interface Props {
  readonly index: ReportIndex;
  readonly position: number;
  readonly played: number | undefined;
  readonly onSeek: (played: number) => void;
  readonly onClose: () => void;
}

export function CaseView({ index, position, played, onSeek, onClose }: Props) {
  const [detail, setDetail] = useState<CaseDetail | Error>();
  useEffect(() => {
    let current = true;
    readCase(position).then(
      (read) => current && setDetail(read),
      (error: Error) => current && setDetail(error),
    );
    return () => {
      current = false;
    };
  }, [position]);
  const entry = index.cases[position]!;
  const verdict = nameVerdict(entry);
  return (
    <article class={`case ${verdict}`} data-case={position}>
      <header>
        <button type="button" class="quiet back" onClick={onClose}>
          ← all cases
        </button>
        <h2>
          <span class={`badge ${verdict}`}>
            {verdictSign(verdict)} {VERDICT_NAMES[verdict]}
          </span>{' '}
          {entry.title}
        </h2>
        <p class="facts">
          <code>
            {entry.file}
            {entry.line > 0 && `:${entry.line}`}
          </code>
          {entry.backend !== '' && <span>{entry.backend}</span>}
          {entry.project !== undefined && <span>{entry.project}</span>}
          {entry.protocol !== '' && <span>{entry.protocol}</span>}
          <span>{duration(entry.duration)}</span>
          {entry.tags.map((tag) => (
            <span key={tag} class="tag">
              {tag}
            </span>
          ))}
        </p>
      </header>
      {detail === undefined && <p class="loading">Unpacking…</p>}
      {detail instanceof Error && <p class="bad">{detail.message}</p>}
      {detail !== undefined && !(detail instanceof Error) && (
        <Body index={index} position={position} detail={detail} played={played} onSeek={onSeek} />
      )}
    </article>
  );
}

interface BodyProps {
  readonly index: ReportIndex;
  readonly position: number;
  readonly detail: CaseDetail;
  readonly played: number | undefined;
  readonly onSeek: (played: number) => void;
}

function Body({ index, position, detail, played, onSeek }: BodyProps) {
  const others = useOthers(index, position);
  const runs = [detail, ...others].flatMap((one) => listRuns(one, others.length > 0));
  const hasSteps = runs.some(({ record }) => !record.criu);
  const [jump, setJump] = useState<Jump>();
  const [wanted, setWanted] = useState<Wanted>();
  const [first] = runs;
  return (
    <>
      {detail.why !== null && <p class="why">{detail.why}</p>}
      {detail.reason !== null && <pre class="reason">{detail.reason}</pre>}
      {detail.error && <pre class="reason">{detail.error.stack ?? detail.error.message}</pre>}
      <Violations
        title="What is wrong"
        list={detail.violations}
        cause={detail.cause}
        onJump={hasSteps ? setJump : undefined}
      />
      <Violations
        title="Known defects found, as expected"
        list={detail.known}
        cause={detail.violations.length === 0 ? detail.cause : null}
        onJump={hasSteps ? setJump : undefined}
      />
      <NextSteps detail={detail} />
      {runs.length === 0 && detail.recordLeftOut && (
        <p class="muted">The record of this run was left out, to keep the report small.</p>
      )}
      <div class={runs.length > 1 ? 'side-by-side' : ''}>
        {runs.map(({ record, c, violations, heading, shrunk }, i) => (
          <RecordView
            key={`${i} ${record.backend}`}
            index={index}
            record={record}
            c={c}
            violations={violations}
            heading={runs.length > 1 ? heading : 'The run'}
            played={i === 0 ? played : undefined}
            onSeek={i === 0 ? onSeek : undefined}
            keys={i === 0}
            shrunk={shrunk}
            jump={jump}
            wanted={i === 0 ? wanted : undefined}
          />
        ))}
      </div>
      {detail.endings && (hasSteps || detail.endings.length > 1) && (
        <EndingsView
          endings={detail.endings}
          outcomes={detail.tried?.outcomes}
          complete={detail.tried?.complete ?? false}
          onShow={first && isPlayable(index, first.record, first.c) ? (ending) => setWanted({ ending }) : undefined}
        />
      )}
      <Facts detail={detail} environment={index.environments[detail.environment ?? -1]} />
      <SourceView index={index} detail={detail} />
    </>
  );
}

/** What to do with the finding: run it again, export it, review it. */
function NextSteps({ detail: { command, reproduce, bucket } }: { readonly detail: CaseDetail }) {
  if (command === null) return null;
  return (
    <section class="replay">
      <h3>{reproduce === undefined ? 'Replay' : 'What to do next'}</h3>
      <ol>
        <li>
          {reproduce !== undefined && <span>Run it again:</span>}
          <code>{command}</code>
          <CopyButton text={command} />
        </li>
        {reproduce !== undefined && (
          <li>
            <span>Write a reproducer:</span>
            <code>{reproduce}</code>
            <CopyButton text={reproduce} />
          </li>
        )}
        {bucket && isNewState(bucket.state) && (
          <li>
            <span>
              Fix it, or review it as a known defect with <code>npx mktrouble triage run.json --update</code>.
            </span>
          </li>
        )}
      </ol>
    </section>
  );
}

interface FactsProps {
  readonly detail: CaseDetail;
  readonly environment: Environment | undefined;
}

function Facts({ detail, environment }: FactsProps) {
  const { matrix, seed, tried, case: c } = detail;
  const rows: [string, string][] = [
    ...Object.entries(matrix).map(([key, value]): [string, string] => [key, String(value)]),
    ...(c?.faults ?? []).map((fault): [string, string] => [`fault ${fault.name}`, faultSentence(fault)]),
    ...setupLines(c?.criu, detail.record?.criu?.edits).map((line): [string, string] => ['fault', line]),
    ...(tried
      ? ([['tried', triedWords({ tried, status: detail.result, violations: [] }) || 'one run']] as [string, string][])
      : []),
    ...(seed === null ? [] : ([['seed', seed]] as [string, string][])),
    ...(detail.bucket ? ([['defect', bucketText(detail.bucket)]] as [string, string][]) : []),
    ...(detail.kept === null ? [] : ([['kept', detail.kept]] as [string, string][])),
    ...(environment ? ([['where', environmentLines([environment]).join('; ')]] as [string, string][]) : []),
  ];
  if (rows.length === 0) return null;
  return (
    <dl class="table">
      {rows.map(([name, value]) => (
        <div key={`${name} ${value}`}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface ViolationsProps {
  readonly title: string;
  readonly list: readonly Violation[];
  /** The errors that CRIU reported. */
  readonly cause: string | null;
  /** Only where a record exists, whose steps can be shown. */
  readonly onJump: ((to: Jump) => void) | undefined;
}

function Violations({ title, list, cause, onJump }: ViolationsProps) {
  if (list.length === 0) return null;
  return (
    <section class="violations">
      <h3>{title}</h3>
      <ul>
        {list.map((violation, i) => (
          <li key={`${violation.property} ${violation.message}`}>
            <p>
              <b class="property">{violation.property}</b>
              {onJump && (
                <button
                  type="button"
                  class="quiet"
                  onClick={() => onJump({ step: violation.step ?? Number.POSITIVE_INFINITY })}
                >
                  {violation.step === undefined ? 'at the end' : `go to step ${violation.step}`}
                </button>
              )}
            </p>
            <p class="message">{violation.message}</p>
            <RuleView property={violation.property} open={i === 0} />
            {violation.expected !== undefined && (
              <p class="expected">
                <span>expected</span> {violation.expected}
              </p>
            )}
            {violation.actual !== undefined && (
              <p class="actual">
                <span>actual</span> {violation.actual}
              </p>
            )}
            {violation.position && (
              <p class="muted">
                {violation.position.file}:{violation.position.line}
              </p>
            )}
          </li>
        ))}
      </ul>
      {cause !== null && (
        <p class="cause">
          <b>why</b> {cause}
        </p>
      )}
    </section>
  );
}
