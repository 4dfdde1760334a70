/** The modules of users that are templates. */
import type { Mistake } from '../../config/own-backend.ts';
import { readUserModule, whyNoContract } from '../../injector/user-module.ts';
import * as kit from './own.ts';
import { templateNames } from './shipped.ts';

const EXPECTED = "export default defineTemplate({ contract: 1, name: 'mine', about: '…', make: () => 'scenario: …' })";
const HINT = `the contract is docs/extending.md: ${EXPECTED}`;

/** The template in a file, by its path from the current folder. Never throws. */
export function readTemplateModule(file: string): kit.OwnTemplate | Mistake {
  const template = 'template';
  return readUserModule<kit.OwnTemplate>(file, {
    noun: template,
    kit: { 'mktrouble/template': kit },
    hint: HINT,
    whyNone(module) {
      const why = whyNoContract(module, template, kit.TEMPLATE_CONTRACT_VERSION);
      if (why !== undefined) return why;
      const { name, about, make } = module as kit.OwnTemplate;
      if (templateNames().includes(name)) return `the name ${name} is that of a template of mktrouble`;
      if (typeof about !== 'string' || about === '') return 'its template does not say what it is about';
      return typeof make === 'function' ? undefined : 'its template has no function `make`';
    },
  });
}
