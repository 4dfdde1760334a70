/** The properties that a protocol of one's own declares: the machine has checked them, and the record has those that do not hold. */
import type { Property } from '../property.ts';

export const OWN_PROPERTIES: Property = {
  name: 'own-properties',
  title: 'What the protocol file declares holds',
  statement: 'Each property of the protocol file holds: of every state, or of the last one.',
  source: 'the protocol file',
  hint: 'The step at which the property stopped holding is the last cause; look which step before it was too early.',
  check({ expect: { only, except } }, record) {
    const shown = record.findings.filter(
      ({ kind, at }) => kind === 'broken-property' && (only?.includes(at) ?? true) && !except.includes(at),
    );
    return shown.map(({ at, detail }) => {
      const event = record.events.find(
        ({ kind, ...one }) => kind === 'finding' && 'finding' in one && one.finding.at === at,
      );
      return {
        property: at,
        message: `does not hold: ${detail ?? at}`,
        ...(event && { step: event.step }),
      };
    });
  },
};
