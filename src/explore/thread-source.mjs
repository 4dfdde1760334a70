/** Starts a thread of a search from the sources: tsx, which this process runs under, does not reach threads by itself. */
import { register } from 'tsx/esm/api';

register();
await import('./thread-main.ts');
