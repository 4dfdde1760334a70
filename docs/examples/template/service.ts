/** A template: a service of a parent and its workers, one of which is killed at any moment of the restart. */
import { defineTemplate } from 'mktrouble/template';

const WORKERS = [101, 102, 103];

export default defineTemplate({
  contract: 1,
  name: 'service',
  about: 'A service loses a worker while it is restarted.',
  make: ({ file }) => `scenario: A worker of the service is killed
why: Begun from the template service as ${file}.
tree:
  pid: 100
  name: parent
  children:
${WORKERS.map((pid) => `    - { pid: ${pid}, name: worker-${pid - 100} }\n`).join('')}restart: { protocol: hardened }
faults:
  - kill: ${WORKERS[0]}
    when: any
explore: exhaustive
`,
});
