/** How a campaign says what the user can put right. */
import { CampaignError } from '../../campaign/campaign-error.ts';
import { complain, type ExitCode } from '../exit.ts';

export async function handleCampaignErrors(body: () => Promise<ExitCode>): Promise<ExitCode> {
  try {
    return await body();
  } catch (error) {
    if (error instanceof CampaignError) return complain(error.message, error.hint);
    if (error instanceof RangeError) return complain(error.message, 'choose a larger --unit-time');
    throw error;
  }
}
