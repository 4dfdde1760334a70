/** The names of this build that a scenario may use beyond the words of the format. */
import { PROTOCOLS } from '../backends/simulated/variants.ts';
import { PROPERTY_NAMES } from '../properties/names.ts';

/** For the scenario room, which knows neither protocols nor properties: hand it these, and it checks them. */
export const KNOWN_NAMES = { protocols: PROTOCOLS, properties: PROPERTY_NAMES } as const;
