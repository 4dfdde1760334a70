/** One JSON document, written as it goes: an object for each case, then a summary. The form is described in docs/json-report.md. */
import { caseReport } from '../shared/case-report.ts';
import { type CoverageReport, CoverageTally } from '../shared/coverage.ts';
import { cellText, countChanges, describeBroken, EngineTally, toEngineCase } from '../shared/engines.ts';
import type { Listener, Setting } from '../shared/listener.ts';
import type { CaseResult } from '../shared/result.ts';
import type { Summary } from '../shared/summary.ts';
import { Environments } from '../words/environment.ts';

export const JSON_REPORT_VERSION = 1;

export class Json implements Listener {
  readonly #setting: Setting;
  readonly #records: 'all' | 'failed' | 'none';
  readonly #coverage = new CoverageTally();
  readonly #environments = new Environments();
  readonly #engines = new EngineTally();
  #any = false;

  constructor(setting: Setting) {
    this.#setting = setting;
    const { records } = setting.options;
    this.#records = records === 'all' || records === 'none' ? records : 'failed';
    setting.out.write(`{\n"version": ${JSON_REPORT_VERSION},\n"cases": [`);
  }

  result(result: CaseResult): void {
    this.#engines.add(toEngineCase(result));
    const passed = result.kind === 'pass' && (result.verdict?.known.length ?? 0) === 0;
    const withRecord = this.#records === 'all' || (this.#records === 'failed' && !passed);
    const text = JSON.stringify(caseReport(result, withRecord, this.#environments.add(result.verdict?.environment)));
    this.#setting.out.write(`${this.#any ? ',' : ''}\n${text}`);
    this.#any = true;
    const { verdict } = result;
    if (verdict?.coverage) this.#coverage.add(verdict.protocol, verdict.coverage);
  }

  coverage(report: CoverageReport): void {
    this.#coverage.merge(report);
  }

  end(summary: Summary): void {
    const rounded = { ...summary, duration: Math.round(summary.duration) };
    const coverage = this.#coverage.report();
    const environments = JSON.stringify(this.#environments.list());
    const { shard } = this.#setting.options;
    const part = shard === undefined ? '' : `,\n"shard": ${JSON.stringify(shard)}`;
    const last = coverage ? `,\n"coverage": ${JSON.stringify(coverage)}` : '';
    this.#setting.out.write(
      `\n],\n"environments": ${environments},\n"summary": ${JSON.stringify(rounded)}${this.#compare()}${part}${last}\n}\n`,
    );
  }

  /** Several engines side by side; nothing where there is one. */
  #compare(): string {
    const projects = this.#engines.projects();
    if (projects.length === 0) return '';
    const rows = this.#engines.rows();
    const cases = rows.map(({ id, change, cells }) => ({
      id,
      change,
      shown: Object.fromEntries(projects.map((project, i) => [project, cellText(cells[i])])),
    }));
    const broken = this.#engines.broken().map(describeBroken);
    const changes = Object.fromEntries(countChanges(rows));
    return `,\n"engines": ${JSON.stringify({ projects, changes, ...(broken.length > 0 && { broken }), cases })}`;
  }
}
