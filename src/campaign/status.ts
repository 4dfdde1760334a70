/** How far a campaign is, as a line and as a page. */
import { count, grouped } from '../../reporters/words/numbers.ts';
import type { Results } from './results.ts';

export interface Progress {
  readonly plan: string;
  readonly units: number;
  readonly done: number;
  /** Units that are being done now. */
  readonly active: number;
  readonly stopped: boolean;
  readonly runs: number;
  readonly counts: Results['counts'];
  readonly findings: Results['findings'];
  readonly broken: Results['broken'];
  /** Milliseconds until the last unit is done, with as many workers as now; undefined: none works, or none is done. */
  readonly left?: number;
}

/** The progress of these results. */
export function measureProgress(results: Results, active: number, stopped: boolean): Progress {
  const { plan, units, done, runs, counts, findings, broken, duration } = results;
  const left = done > 0 && active > 0 ? ((units - done) * (duration / done)) / active : undefined;
  return { plan, units, done, active, stopped, runs, counts, findings, broken, ...(left !== undefined && { left }) };
}

/** `12 of 40 units (30%), 3,600 runs, 2 findings, 2 at work, 5 min left` */
export function progressLine({ units, done, active, stopped, runs, findings, counts, left }: Progress): string {
  const parts = [
    `${grouped(done)} of ${grouped(units)} units (${Math.floor((100 * done) / units)}%)`,
    `${grouped(runs)} runs`,
    count(findings.length, 'finding'),
    ...(counts.error > 0 ? [`${grouped(counts.error)} errors`] : []),
  ];
  if (done === units) parts.push('complete');
  else if (stopped) parts.push('stopped');
  else parts.push(`${grouped(active)} at work`, left === undefined ? 'time left unknown' : `${timeText(left)} left`);
  return parts.join(', ');
}

function timeText(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return seconds < 48 * 3600 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} days`;
}

/** A page that a browser shows, without anything from elsewhere. */
export function progressPage(progress: Progress): string {
  const { findings, broken, counts, done, units } = progress;
  const rows = findings.map(({ id, signature, state, times, case: name, seed, file }) => {
    const place = [signature.property, signature.place, signature.shape].filter((part) => part !== '').join(', ');
    return `<tr><td><code>${escapeHtml(id)}</code><td>${escapeHtml(place)}<td>${state}<td>${grouped(times)}<td>${escapeHtml(name)}, seed ${escapeHtml(seed)}<td>${escapeHtml(file ?? '')}`;
  });
  const table = `<table><tr><th>Id<th>Finding<th>State<th>Runs<th>First shown by<th>File\n${rows.join('\n')}</table>`;
  const errors = broken.map(({ text }) => `<pre>${escapeHtml(text)}</pre>`).join('\n');
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Campaign ${progress.plan}</title>
<meta name="viewport" content="width=device-width">
<style>body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color-scheme:light dark}
progress{width:100%}table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8886}</style>
<h1>Campaign ${progress.plan}</h1>
<p>${escapeHtml(progressLine(progress))}
<p><progress max="${units}" value="${done}">${done} of ${units}</progress>
<p>${Object.entries(counts)
    .filter(([, n]) => n > 0)
    .map(([status, n]) => `${grouped(n)} ${status}`)
    .join(' · ')}
<h2>Findings</h2>
${findings.length > 0 ? table : '<p>None so far.'}
${broken.length > 0 ? `<h2>Errors</h2>\n${errors}` : ''}
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
