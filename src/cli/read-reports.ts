/** Reads the JSON reports that a command line names. */
import type { JsonReport } from '../../reporters/merge.ts';
import { CannotRead, readText } from '../boundary/read-file.ts';
import { complain, EXIT, suggestFile } from './exit.ts';

/** All reports; or exit code 2, after printing everything that is wrong with any of them. */
export async function readReports(files: readonly string[]): Promise<JsonReport[] | typeof EXIT.input> {
  const { MAX_REPORT_BYTES, parseReport } = await import('../../reporters/merge.ts');
  const found = files.map((file) => {
    try {
      return parseReport(readText(file, MAX_REPORT_BYTES), file);
    } catch (error) {
      if (error instanceof CannotRead) return error;
      throw error;
    }
  });
  const mistakes = found.filter((one) => typeof one === 'string' || one instanceof CannotRead);
  for (const mistake of mistakes) {
    if (typeof mistake === 'string') complain(mistake);
    else complain(mistake.message, suggestFile(mistake));
  }
  return mistakes.length > 0 ? EXIT.input : (found as JsonReport[]);
}
