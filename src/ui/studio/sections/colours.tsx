/** Colours of the gallery with a live preview, which follows the rules of the server. */
import { coloursOf, contrast, ownColours, type Theme, themes } from '../../../base/theme-colours.ts'
import type { FieldPath } from '../fields.ts'
import type { SettingsStore } from '../settings-store.ts'
import { words } from '../words.ts'
import { FieldFrame, textIn } from './field.tsx'

const accent = 'appearance.accent_color'
const background = 'appearance.background_color'

export function ColourFields({ store }: { store: SettingsStore }) {
  const chosen = {
    accent_color: colourIn(textIn(store, accent)),
    background_color: colourIn(textIn(store, background)),
  }
  return (
    <>
      <Colour store={store} path={accent} fallback={ownColours.dark.accent} />
      <Colour store={store} path={background} fallback={ownColours.dark.background} />
      <section class="previews" aria-label={words.preview.title}>
        {themes.map((theme) => (
          <Preview key={theme} theme={theme} chosen={chosen} title={textIn(store, 'appearance.title')} />
        ))}
      </section>
    </>
  )
}

interface ColourProps {
  store: SettingsStore
  path: FieldPath
  fallback: string
}

function Colour({ store, path, fallback }: ColourProps) {
  const value = textIn(store, path)
  return (
    <FieldFrame
      store={store}
      path={path}
      control={(props) => (
        <div class="colour">
          <input
            {...props}
            type="color"
            value={colourIn(value) ?? fallback}
            onInput={({ currentTarget }) => store.set(path, currentTarget.value)}
          />
          <span>{value || words.default}</span>
          {value !== '' && (
            <button type="button" class="button quiet" onClick={() => store.set(path, null)}>
              {words.useDefault}
              <span class="visually-hidden"> {words.fields[path]}</span>
            </button>
          )}
        </div>
      )}
    />
  )
}

interface PreviewProps {
  theme: Theme
  chosen: { accent_color: string | undefined; background_color: string | undefined }
  title: string
}

/** A small gallery in one theme, and words about its contrast. */
function Preview({ theme, chosen, title }: PreviewProps) {
  const used = coloursOf(chosen)[theme]
  const own = ownColours[theme]
  const ratio = Math.min(contrast(used.accent, used.background), contrast(own.text, used.background))
  const advice =
    chosen.background_color && used.background !== chosen.background_color
      ? words.preview.backgroundRefused
      : chosen.accent_color && used.accent !== chosen.accent_color
        ? words.preview.accentRefused
        : words.preview.good
  return (
    <figure>
      <div
        class="preview"
        aria-hidden="true"
        style={{ background: used.background, color: own.text, borderColor: used.accent }}
      >
        <strong>{title || location.hostname.split('.')[0]}</strong>
        <span class="photo" style={{ background: own.raised }} />
        <span style={{ color: used.accent }}>{words.preview.sample}</span>
      </div>
      <figcaption>
        <strong>{words.preview[theme]}.</strong> {advice} {words.preview.ratio(`${ratio.toFixed(1)}:1`)}
      </figcaption>
    </figure>
  )
}

/** Returns the colour as `#rrggbb`; `undefined` for another notation. */
function colourIn(text: string): string | undefined {
  const plain = text.trim().toLowerCase()
  if (/^#[0-9a-f]{6}$/.test(plain)) return plain
  return /^#[0-9a-f]{3}$/.test(plain) ? plain.replace(/[0-9a-f]/g, '$&$&') : undefined
}
