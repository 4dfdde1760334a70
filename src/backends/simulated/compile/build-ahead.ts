/** A part of the build (build.mjs): compiles the models that are asked for most. */
import { variantByName } from '../variants.ts';
import { writeAhead } from './ahead.ts';
import { compileModel } from './compile.ts';

for (const protocol of ['series', 'hardened', 'patch']) {
  for (const trace of [false, true]) {
    const build = { variant: variantByName(protocol)!, debug: false, trace };
    writeAhead(build, compileModel(build));
  }
}
