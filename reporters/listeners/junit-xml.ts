/**
 * The one place that knows junit-report-builder: its export is a builder although its types, read by NodeNext, say
 * otherwise; it has no message for a skipped case, one failure for each case, writes `skipped` where the Jenkins
 * schema has none, and closes a CDATA section at the second `]]>` of a text. All of that is corrected here.
 */
import { createRequire } from 'node:module';
import { stripVTControlCharacters } from 'node:util';
import type { Builder, TestCase, TestSuite } from 'junit-report-builder';

export type { Builder, TestCase, TestSuite };

/** What the library hands to `build`: an element of the document, as far as it is used here. */
interface Element {
  ele(name: string, attributes?: Record<string, string>): Element;
  att(name: string, value: string): Element;
  cdata(text: string): Element;
}

const require = createRequire(import.meta.url);

/** A document of its own. The library is large, so it is loaded only when a report is written. */
export function newDocument(): Builder {
  return (require('junit-report-builder') as Builder).newBuilder();
}

/** Adds to a test case what the library has no word for; called when the case's element has been made. */
export function decorate(testCase: TestCase, add: (element: Element) => void): void {
  const node = testCase as unknown as { build(parent: Element): Element };
  const build = node.build.bind(testCase);
  node.build = (parent) => {
    const element = build(parent);
    add(element);
    return element;
  };
}

/** The document as text, valid against the Jenkins schema. `seconds`: how long the whole run took. */
export function documentText(document: Builder, seconds: number): string {
  const text = document.build();
  const root = text.indexOf('<testsuites');
  const end = text.indexOf('>', root) + 1;
  const head = text
    .slice(0, end)
    .replace(/ skipped="\d+"/, '')
    .replace('<testsuites', `<testsuites time="${seconds}"`);
  return (head + text.slice(end)).replaceAll(CLOSING, ']]]]><![CDATA[>');
}

/** Stands for `]]>` while the library works; a noncharacter, so no text that has been through `legal` contains it. */
const CLOSING = '\ufdd0';

/** Text without terminal colours and without what XML 1.0 can't hold. For attributes. */
export function legal(text: string): string {
  return stripVTControlCharacters(text).replace(ILLEGAL, '');
}

/** The same, for CDATA sections. */
export function legalCdata(text: string): string {
  return legal(text).replaceAll(']]>', CLOSING);
}

// The Char production of XML 1.0, without the noncharacters that it discourages; lone surrogates match in unicode mode.
const ILLEGAL =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be found
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufdd0-\ufdef\ufffe\uffff]|\p{Surrogate}|\p{Noncharacter_Code_Point}/gu;
