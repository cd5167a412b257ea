/** Dark or light: the system's wish, until this visitor chooses. */

export type Theme = 'dark' | 'light'

const storageKey = 'theme'
const systemWantsLight = matchMedia('(prefers-color-scheme: light)')

/** The theme that is shown now. */
export function currentTheme(): Theme {
  const chosen = document.documentElement.dataset.theme
  if (chosen === 'dark' || chosen === 'light') return chosen
  return systemWantsLight.matches ? 'light' : 'dark'
}

/** Applies what was chosen on an earlier visit. */
export function restoreTheme(): void {
  const stored = readStored()
  if (stored === 'dark' || stored === 'light') apply(stored)
  else colourBrowser()
  onSystemThemeChange(colourBrowser)
}

/** Changes to the other theme and keeps that choice. */
export function switchTheme(): void {
  const theme = currentTheme() === 'dark' ? 'light' : 'dark'
  apply(theme)
  try {
    localStorage.setItem(storageKey, theme)
  } catch {
    // Storage is forbidden or full: the choice then lasts as long as the page.
  }
}

/** Calls back when the system's wish changes. Gives a function that ends it. */
export function onSystemThemeChange(listener: () => void): () => void {
  systemWantsLight.addEventListener('change', listener)
  return () => systemWantsLight.removeEventListener('change', listener)
}

function readStored(): string | null {
  try {
    return localStorage.getItem(storageKey)
  } catch {
    // The browser forbids storage to this page.
    return null
  }
}

function apply(theme: Theme): void {
  document.documentElement.dataset.theme = theme
  colourBrowser()
}

/** The browser around the page has the page's ground, which may be the tenant's own. */
function colourBrowser(): void {
  const background = getComputedStyle(document.documentElement).backgroundColor
  for (const meta of document.querySelectorAll('meta[name="theme-color"]'))
    meta.setAttribute('content', background)
}
