/** Settings as text: YAML, of which JSON is a part. */
import { Mistakes } from '../scenario/source/diagnostic.ts';
import { SourceText } from '../scenario/source/text.ts';
import { readYaml } from '../scenario/source/yaml.ts';
import { checkSettings, type KnownSettings } from './check.ts';
import type { Read } from './layer.ts';

const LIMITS = { tokens: 20_000, values: 10_000 };

/** The settings of a text; `name`: what the text is called in diagnostics. Never throws. */
export function parseSettings(text: string, name: string, known: KnownSettings): Read {
  const source = new SourceText(name, text);
  const mistakes = new Mistakes(source);
  const [document, second] = readYaml(text, mistakes, LIMITS);
  if (second) mistakes.add({ span: second.span, message: 'there is a second document', expected: 'one' });
  const settings =
    document && mistakes.count === 0
      ? checkSettings(document.value, known, mistakes, (path, part) => document.locate(path, part))
      : undefined;
  const locate = (path: readonly (string | number)[]): string => {
    const { line, column } = source.place(document?.locate(path, 'key').start ?? 0);
    return `${name}:${line}:${column}`;
  };
  return { layer: settings && { settings, locate }, diagnostics: mistakes.diagnostics() };
}
