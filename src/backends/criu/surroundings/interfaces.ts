/** Network interfaces: whether each is up, and its addresses. A restore of a network namespace may leave one half made. */
import { listedByAgent } from './things.ts';

export const interfaces = listedByAgent('network interfaces', 'interfaces');
