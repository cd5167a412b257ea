/** Form of the values that connect an account. The values live in the form only, and leave the page with it. */
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import type { ConnectField, Connection } from '../answers.ts'
import { words } from '../words.ts'

export interface ConnectFormProps {
  connection: Connection
  way: 'oauth' | 'pasted'
  isBusy: boolean
  /** True when the values were tried and kept, and nothing is missing. */
  isDone: boolean
  onSubmit: (values: Readonly<Record<string, string>>) => void
  onClose: () => void
}

const labels = words.connections

export function ConnectForm({ connection, way, isBusy, isDone, onSubmit, onClose }: ConnectFormProps) {
  const { provider, fields } = connection
  const form = useRef<HTMLFormElement>(null)
  useLayoutEffect(() => form.current?.querySelector('input')?.focus(), [])
  useEffect(() => {
    if (isDone) onClose()
  }, [isDone])
  const steps = words.howTo(provider)
  const own = fields.filter((field) => field.way === way)
  return (
    <form
      class="connect-form"
      ref={form}
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isBusy) onSubmit(valuesOf(event.currentTarget))
      }}
    >
      {steps.length > 0 && (
        <details open>
          <summary>{labels.howTo}</summary>
          <ol>
            {steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </details>
      )}
      {own.map((field) => (
        <ValueField key={field.name} provider={provider} field={field} />
      ))}
      <div class="actions">
        <button type="submit" class="button action" aria-disabled={isBusy} aria-busy={isBusy}>
          {isBusy ? labels.checking : labels.connect(words.providerName(provider))}
        </button>
        <button type="button" class="button quiet" onClick={onClose}>
          {words.cancel}
        </button>
      </div>
    </form>
  )
}

function ValueField({ provider, field }: { provider: string; field: ConnectField }) {
  const { name, isSecret, isRequired, description } = field
  const id = `${provider}-${name}`
  const kind = isSecret ? ({ type: 'password' } as const) : ({ type: 'text' } as const)
  return (
    <div class="field">
      <label for={id}>
        {words.valueName(name, description)}
        {!isRequired && <span class="muted"> ({labels.optional})</span>}
      </label>
      <input
        id={id}
        name={name}
        {...kind}
        required={isRequired}
        maxLength={8000}
        // Password managers would offer the password of the gallery.
        autoComplete={isSecret ? 'one-time-code' : 'off'}
        autocapitalize="none"
        spellcheck={false}
      />
    </div>
  )
}

/** Returns the filled values, without surrounding white space. */
function valuesOf(form: HTMLFormElement): Record<string, string> {
  const values: Record<string, string> = {}
  for (const [name, value] of new FormData(form))
    if (typeof value === 'string' && value.trim() !== '') values[name] = value.trim()
  return values
}
