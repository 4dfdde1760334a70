/** The modules of users that are editors of CRIU's images. */
import * as kit from '../backends/criu/images/own.ts';
import type { Mistake } from '../config/own-backend.ts';
import { whyNoWords } from '../model/own-words.ts';
import { readUserModule, whyNoContract } from './user-module.ts';

const EXPECTED =
  "export default defineImageEditor({ contract: 1, name: 'mine', statement: '…', edit: (images) => new Map() })";
const HINT = `the contract is docs/extending.md: ${EXPECTED}`;

/** The image editor in a file, by its path from the current folder. Never throws. */
export function readImageEditorModule(file: string): kit.OwnImageEditor | Mistake {
  const editor = 'editor';
  return readUserModule<kit.OwnImageEditor>(file, {
    noun: editor,
    kit: { 'mktrouble/image-editor': kit },
    hint: HINT,
    whyNone(module) {
      const why = whyNoContract(module, editor, kit.IMAGE_EDITOR_CONTRACT_VERSION);
      if (why !== undefined) return why;
      const { statement, words, edit } = module as kit.OwnImageEditor;
      if (typeof statement !== 'string' || statement === '') return 'its editor has no statement';
      return whyNoWords(words) ?? (typeof edit === 'function' ? undefined : 'its editor has no function `edit`');
    },
  });
}
