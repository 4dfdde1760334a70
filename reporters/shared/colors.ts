/** No colours: for everything that is not a terminal. */
import picocolors from 'picocolors';

export const PLAIN = picocolors.createColors(false);
