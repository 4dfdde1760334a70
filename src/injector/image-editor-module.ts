/** The modules of users that are editors of CRIU's images. */
import * as kit from '../backends/criu/images/own.ts';
import type { Mistake } from '../config/own-backend.ts';
import { whyNoWords } from '../model/own-words.ts';
import { readUserModule } from './user-module.ts';

const EXPECTED =
  "export default defineImageEditor({ contract: 1, name: 'mine', statement: '…', edit: (images) => new Map() })";

/** The image editor in a file, by its path from the current folder. Never throws. */
export function readImageEditorModule(file: string): kit.OwnImageEditor | Mistake {
  return readUserModule<kit.OwnImageEditor>(file, {
    noun: 'editor',
    kit: { 'mktrouble/image-editor': kit },
    version: kit.IMAGE_EDITOR_CONTRACT_VERSION,
    hint: `the contract is docs/extending.md: ${EXPECTED}`,
    text: 'statement',
    does: 'edit',
    whyNone: ({ words }) => whyNoWords(words),
  });
}
