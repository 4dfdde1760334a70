/** The suite that ships, put to the test in four ways. They are one file because all start from the same search of its cases. */
import './suite.ts';
import './variants.ts';
import './properties.ts';
import './mutation.ts';
