/** Light or dark: the setting of the system, until the user chooses. */
export type Theme = 'light' | 'dark';

const KEY = 'mktrouble-theme';

export function initialTheme(): Theme {
  const chosen = stored();
  if (chosen === 'light' || chosen === 'dark') return chosen;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

export function setTheme(theme: Theme): void {
  document.documentElement.dataset['theme'] = theme;
}

export function rememberTheme(theme: Theme): void {
  setTheme(theme);
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // A page from disk may have no storage; then the choice is lost when the page closes.
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
