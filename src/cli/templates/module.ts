/** The modules of users that are templates. */
import type { Mistake } from '../../config/own-backend.ts';
import { readUserModule } from '../../injector/user-module.ts';
import * as kit from './own.ts';
import { templateNames } from './shipped.ts';

const EXPECTED = "export default defineTemplate({ contract: 1, name: 'mine', about: '…', make: () => 'scenario: …' })";

/** The template in a file, by its path from the current folder. Never throws. */
export function readTemplateModule(file: string): kit.OwnTemplate | Mistake {
  return readUserModule<kit.OwnTemplate>(file, {
    noun: 'template',
    kit: { 'mktrouble/template': kit },
    version: kit.TEMPLATE_CONTRACT_VERSION,
    hint: `the contract is docs/extending.md: ${EXPECTED}`,
    taken: templateNames(),
    text: 'about',
    does: 'make',
  });
}
