/** All commands, in the order in which --help lists them. A new one is one file and one line here. */
import type { AddCommand } from '../command.ts';
import { addBisect } from './bisect.ts';
import { addCampaign } from './campaign.ts';
import { addCompletion } from './completion.ts';
import { addConfig } from './config.ts';
import { addConformance } from './conformance.ts';
import { addDoctor } from './doctor.ts';
import { addExplain } from './explain.ts';
import { addExport } from './export.ts';
import { addFuzz } from './fuzz.ts';
import { addHistory } from './history.ts';
import { addInit } from './init.ts';
import { addLint } from './lint.ts';
import { addList } from './list.ts';
import { addLsp } from './lsp.ts';
import { addNew } from './new.ts';
import { addOutcomes } from './outcomes.ts';
import { addProtocol } from './protocol.ts';
import { addReplay } from './replay.ts';
import { addReport } from './report.ts';
import { addRun } from './run.ts';
import { addSetup } from './setup.ts';
import { addShow } from './show.ts';
import { addSweep } from './sweep.ts';
import { addTriage } from './triage.ts';
import { addValidate } from './validate.ts';
import { addWorker } from './worker.ts';

export const COMMANDS: readonly AddCommand[] = [
  addRun,
  addReplay,
  addShow,
  addExport,
  addBisect,
  addOutcomes,
  addFuzz,
  addSweep,
  addCampaign,
  addWorker,
  addReport,
  addHistory,
  addTriage,
  addValidate,
  addLint,
  addList,
  addExplain,
  addProtocol,
  addInit,
  addNew,
  addConfig,
  addLsp,
  addDoctor,
  addConformance,
  addSetup,
  addCompletion,
];
