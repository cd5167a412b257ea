/** Dark or light theme: the system's setting until the visitor chooses. */

export type Theme = 'dark' | 'light'

const storageKey = 'theme'
const systemWantsLight = matchMedia('(prefers-color-scheme: light)')

export function currentTheme(): Theme {
  const chosen = document.documentElement.dataset.theme
  if (chosen === 'dark' || chosen === 'light') return chosen
  return systemWantsLight.matches ? 'light' : 'dark'
}

/** Applies the choice of an earlier visit. */
export function restoreTheme(): void {
  const stored = readStored()
  if (stored === 'dark' || stored === 'light') apply(stored)
  else colourBrowser()
  onSystemThemeChange(colourBrowser)
}

/** Switches to the other theme and stores that choice. */
export function switchTheme(): void {
  const theme = currentTheme() === 'dark' ? 'light' : 'dark'
  apply(theme)
  try {
    localStorage.setItem(storageKey, theme)
  } catch {
    // Storage is forbidden or full, so the choice lasts only as long as the page.
  }
}

/** Calls back when the system's setting changes. Returns a function that stops listening. */
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

/** Colours the browser's frame like the page's background, which the tenant may have chosen. */
function colourBrowser(): void {
  const background = getComputedStyle(document.documentElement).backgroundColor
  for (const meta of document.querySelectorAll('meta[name="theme-color"]'))
    meta.setAttribute('content', background)
}
