/** What the work of a plan executes, and whether that may happen here. A plan is a file that may come with a repository. */
import { isVersion } from '../../backends/criu/locate.ts';
import { CampaignError } from '../../campaign/campaign-error.ts';
import type { EngineOptions, OwnFiles } from '../../config/options.ts';

/** What these settings of a plan have executed that is no part of mktrouble: each a phrase. */
export function listExecuted(
  allowCommands: boolean,
  engines: readonly EngineOptions[],
  { properties = [], faults = [], imageEditors = [] }: OwnFiles = {},
): string[] {
  const programs = engines.flatMap(({ criu, runtime, plugin, module }) => [
    ...(criu !== undefined && !isVersion(criu) ? [`the CRIU ${criu}`] : []),
    ...(runtime?.includes('/') ? [`the container runtime ${runtime}`] : []),
    ...(plugin === undefined ? [] : [`the plugin ${plugin}`]),
    ...(module === undefined ? [] : [`the backend ${module}`]),
  ]);
  const modules = [
    ...properties.map((file) => `the property ${file}`),
    ...faults.map((file) => `the fault verb ${file}`),
    ...imageEditors.map((file) => `the image editor ${file}`),
  ];
  return [...(allowCommands ? ['the commands of its scenarios'] : []), ...new Set(programs), ...modules];
}

/** Throws CampaignError when the plan has something executed that the command line of the worker does not allow. */
export function checkConsent(executed: readonly string[], isAllowed: boolean): void {
  if (executed.length > 0 && !isAllowed)
    throw new CampaignError(`this campaign executes ${executed.join(', ')}`, '--allow-commands allows it');
}
