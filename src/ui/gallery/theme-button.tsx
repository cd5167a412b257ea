/** Button that switches between the dark and the light theme. */
import { useEffect, useState } from 'preact/hooks'
import { MoonIcon, SunIcon } from '../icons.tsx'
import { texts } from '../texts.ts'
import { currentTheme, onSystemThemeChange, switchTheme } from '../theme.ts'

export function ThemeButton() {
  const [theme, setTheme] = useState(currentTheme)
  const update = () => setTheme(currentTheme())
  useEffect(() => onSystemThemeChange(update), [])
  return (
    <button
      type="button"
      class="button icon"
      aria-label={theme === 'dark' ? texts.toLight : texts.toDark}
      onClick={() => {
        switchTheme()
        update()
      }}
    >
      {theme === 'dark' ? <SunIcon /> : <MoonIcon />}
    </button>
  )
}
