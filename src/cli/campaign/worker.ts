/** A worker of a campaign: does units until none is left. */
import path from 'node:path';
import { openPlace, type Place, type Share } from '../../campaign/place.ts';
import { Units } from '../../campaign/plan.ts';
import type { UnitResult } from '../../campaign/results.ts';
import { DEFAULT_FOLDER } from '../history/store.ts';
import { checkConsent } from './consent.ts';
import { executedBy, openWork, performUnit } from './work.ts';

/** Where the replay files of findings go: beside the results, or for Redis to this project's folder. */
function replayFolder(at: string): string {
  return /^rediss?:/.test(at) ? DEFAULT_FOLDER : path.join(at, 'findings');
}

/** Works on a campaign until all of its units are done, it is stopped, or the signal is aborted. Throws CampaignError. */
export async function work(
  at: string,
  signal: AbortSignal,
  options: {
    /** Whether what the plan names is executed: commands of scenarios, backends, plugins, a CRIU by its path. */
    readonly allowCommands: boolean;
    readonly share?: Share;
    readonly onDone?: (result: UnitResult) => void;
  },
): Promise<void> {
  const place = await openPlace(at);
  try {
    const plan = await place.readPlan();
    checkConsent(await executedBy(plan), options.allowCommands);
    const units = new Units(plan);
    const opened = await openWork(plan, replayFolder(at));
    const stop = new AbortController();
    const watch = watchForStop(place, stop);
    try {
      const ended = AbortSignal.any([signal, stop.signal]);
      await place.work({
        ...options,
        signal: ended,
        perform: (unit, hold) => performUnit(opened, plan, units, unit, hold),
      });
    } finally {
      clearInterval(watch);
      await opened.dispose();
    }
  } finally {
    await place.close();
  }
}

/** Milliseconds between two looks whether the campaign is stopped. */
const LOOK = 1000;

function watchForStop(place: Place, stop: AbortController): NodeJS.Timeout {
  return setInterval(() => {
    place.isStopped().then(
      (stopped) => {
        if (stopped) stop.abort();
      },
      () => {},
    );
  }, LOOK).unref();
}
