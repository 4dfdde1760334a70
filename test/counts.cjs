/** Mocha's spec reporter, and a last line for machines: how many tests passed and failed. */
const { reporters, Runner } = require('mocha');

module.exports = class Counts extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      process.stdout.write(`${this.stats.passes} passed, ${this.stats.failures} failed\n`);
    });
  }
};
