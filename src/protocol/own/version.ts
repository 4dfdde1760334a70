/** The version of the language of protocol files. Changes when a file that is right would be right no more. */
export const PROTOCOL_VERSION = 1;
