/** Frame of the settings page: the bar with the way back to the gallery, and the content. */
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { BackIcon, MoonIcon, SunIcon } from '../icons.tsx'
import type { ApiProblem } from '../problem.ts'
import { currentTheme, onSystemThemeChange, switchTheme } from '../theme.ts'
import { ProblemLine } from './problem-line.tsx'
import { words } from './words.ts'

export function Frame({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <>
      <header class="top">
        <a class="button quiet" href="/">
          <BackIcon />
          {words.toGallery}
        </a>
        <h1>
          {words.title} <span class="muted tenant">{title}</span>
        </h1>
        <ThemeButton />
      </header>
      <main>{children}</main>
    </>
  )
}

function ThemeButton() {
  const [theme, setTheme] = useState(currentTheme)
  const update = () => setTheme(currentTheme())
  useEffect(() => onSystemThemeChange(update), [])
  const label = theme === 'dark' ? words.toLight : words.toDark
  return (
    <button
      type="button"
      class="button icon"
      aria-label={label}
      title={label}
      onClick={() => {
        switchTheme()
        update()
      }}
    >
      {theme === 'dark' ? <SunIcon /> : <MoonIcon />}
    </button>
  )
}

/** Explains why the page shows no settings. Tries again when the connection is back. */
export function StartProblem({ problem, onRetry }: { problem: ApiProblem; onRetry: () => void }) {
  useEffect(() => {
    addEventListener('online', onRetry)
    return () => removeEventListener('online', onRetry)
  }, [])
  return (
    <div class="narrow">
      <ProblemLine problem={problem} onRetry={onRetry} />
    </div>
  )
}
