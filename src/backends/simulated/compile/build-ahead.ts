/** A part of the build (build.mjs): compiles the builds that are used most. */
import { protocolNamed } from '../../../protocol/stacks.ts';
import { writeAhead } from './ahead.ts';
import { compileBuild } from './compile.ts';

for (const name of ['series', 'hardened', 'patch']) {
  for (const trace of [false, true]) {
    const build = { protocol: protocolNamed(name)!, debug: false, trace };
    writeAhead(build, compileBuild(build));
  }
}
