/** Fields of a new API key and of a new webhook. */
import { words } from '../words.ts'

const labels = words.access
const dayMs = 24 * 60 * 60 * 1000

export function KeyFields({ scopes }: { scopes: readonly string[] }) {
  return (
    <>
      <div class="field">
        <label for="key-name">{labels.keyName}</label>
        <input
          id="key-name"
          name="name"
          type="text"
          required
          maxLength={60}
          placeholder={labels.keyNameHint}
        />
      </div>
      <fieldset class="field">
        <legend>{labels.scopes}</legend>
        {scopes.map((scope, index) => (
          <label class="toggle" key={scope}>
            <input type="checkbox" name="scopes" value={scope} defaultChecked={index === 0} />
            {labels.scopeNames[scope] ?? scope}
          </label>
        ))}
      </fieldset>
      <div class="field">
        <label for="key-expiry">{labels.expiry}</label>
        <select id="key-expiry" name="days">
          {Object.entries(labels.expiries)
            .toSorted(([one], [other]) => Number(one || 1e9) - Number(other || 1e9))
            .map(([days, label]) => (
              <option key={days} value={days}>
                {label}
              </option>
            ))}
        </select>
      </div>
    </>
  )
}

export function WebhookFields({ types }: { types: readonly string[] }) {
  return (
    <>
      <div class="field">
        <label for="webhook-url">{labels.url}</label>
        <input id="webhook-url" name="url" type="url" required maxLength={1000} placeholder="https://" />
      </div>
      {types.length > 0 && (
        <details>
          <summary>{labels.types}</summary>
          {types.map((type) => (
            <label class="toggle" key={type}>
              <input type="checkbox" name="types" value={type} />
              {labels.typeNames[type] ?? type}
            </label>
          ))}
        </details>
      )}
    </>
  )
}

/** Returns the request for a new key. Text and lists only, as the form has them. */
export function keyRequest(data: FormData): object {
  const days = Number(data.get('days'))
  return {
    name: String(data.get('name') ?? '').trim(),
    scopes: data.getAll('scopes'),
    expires_at: days > 0 ? new Date(Date.now() + days * dayMs).toISOString() : null,
  }
}

/** Returns the request for a new webhook. Without a type it hears of all events. */
export function webhookRequest(data: FormData): object {
  return { url: String(data.get('url') ?? '').trim(), types: data.getAll('types') }
}
