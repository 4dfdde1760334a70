/** The page of the HTML report: reads the data and shows it. */
import { render } from 'preact';
import { App } from './app.tsx';
import { readIndex } from './data.ts';
import { initialTheme, setTheme } from './theme.ts';

const place = document.getElementById('app')!;
setTheme(initialTheme());
try {
  const index = readIndex();
  place.replaceChildren();
  render(<App index={index} />, place);
} catch (error) {
  place.textContent = error instanceof Error ? error.message : String(error);
}
