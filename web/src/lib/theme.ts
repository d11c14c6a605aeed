// The theme is an attribute on <html>, set before the first paint by /theme.js.
export type Theme = 'system' | 'light' | 'dark';

const KEY = 'entente-theme';
/** Told when the colours changed: the chart's canvas cannot read CSS by itself. */
export const themeChanged = new EventTarget();

const system = (): 'light' | 'dark' => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');

export function chosenTheme(): Theme {
  try {
    const stored = localStorage.getItem(KEY);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    return 'system';
  }
}

export function choose(theme: Theme): void {
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage is off: the choice lasts until the page is closed.
  }
  show(theme === 'system' ? system() : theme);
}

function show(theme: 'light' | 'dark'): void {
  document.documentElement.dataset.theme = theme;
  themeChanged.dispatchEvent(new Event('changed'));
}

/** Follows the system while nothing is chosen; returns how to stop. */
export function followSystem(): () => void {
  const query = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => chosenTheme() === 'system' && show(system());
  query.addEventListener('change', follow);
  return () => query.removeEventListener('change', follow);
}
