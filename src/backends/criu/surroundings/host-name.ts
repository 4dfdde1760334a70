/** The host name and the domain name of the UTS namespace around the tree. */
import { listedByAgent } from './things.ts';

export const hostName = listedByAgent('host names', 'host-name');
