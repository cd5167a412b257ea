/** Watermark over pictures that leave: text, position and opacity. */
import type { SettingsStore } from '../settings-store.ts'
import { words } from '../words.ts'
import { Choice, FieldFrame, TextField, textIn } from './field.tsx'

const opacity = 'content.watermark.opacity'
/** Opacity of the configuration's default. */
const usualOpacity = 0.5

export function Watermark({ store }: { store: SettingsStore }) {
  const value = store.value(opacity)
  const percent = Math.round((typeof value === 'number' ? value : usualOpacity) * 100)
  const position = textIn(store, 'content.watermark.position') || 'bottom-right'
  return (
    <>
      <TextField store={store} path="content.watermark.text" maxLength={80} />
      <Choice
        store={store}
        path="content.watermark.position"
        blank={`${words.default} (${words.positions['bottom-right']})`}
        choices={Object.entries(words.positions)}
      />
      <FieldFrame
        store={store}
        path={opacity}
        control={(props) => (
          <div class="range">
            <input
              {...props}
              type="range"
              min={0}
              max={100}
              step={5}
              value={percent}
              aria-valuetext={`${percent} %`}
              onInput={({ currentTarget }) => store.set(opacity, Number(currentTarget.value) / 100)}
            />
            <output>{percent} %</output>
          </div>
        )}
      />
      <div class={`picture-preview ${position}`} aria-hidden="true">
        <span style={{ opacity: percent / 100 }}>{textIn(store, 'content.watermark.text')}</span>
      </div>
    </>
  )
}
