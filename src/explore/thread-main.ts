/** What a thread of a search executes. */
import { runThread } from './thread.ts';

await runThread();
