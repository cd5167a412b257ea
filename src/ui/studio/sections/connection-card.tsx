/** Card of an account: state, words of the vendor, and the buttons that connect and disconnect. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { serverLanguage } from '../../problem.ts'
import type { Connection } from '../answers.ts'
import { ConfirmButton } from '../confirm-button.tsx'
import type { CardState, ConnectionsStore } from '../connections-store.ts'
import { ProblemLine } from '../problem-line.tsx'
import { words } from '../words.ts'
import { ConnectForm } from './connect-form.tsx'

const labels = words.connections

export interface CardProps {
  connection: Connection
  store: ConnectionsStore
}

export function ConnectionCard({ connection, store }: CardProps) {
  const { provider, state, since, account, usedFor, hint, error } = connection
  const name = words.providerName(provider)
  const card = store.card(provider)
  return (
    <article class={`card connection ${state}`} aria-labelledby={`connection-${provider}`}>
      <header>
        <h4 id={`connection-${provider}`}>{name}</h4>
        <p class="state">{labels.states[state]}</p>
      </header>
      {state !== 'not_connected' && (
        <p class="muted">
          {[
            account,
            since && labels.since(words.moment(since)),
            usedFor.length > 0 && labels.usedFor(usedFor.map(useName)),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      )}
      {hint && <p lang={serverLanguage}>{hint}</p>}
      {error && (
        <p class="vendor-words">
          {labels.serviceSays(name)} <q lang={serverLanguage}>{error.words}</q>
          {error.code && <span class="muted"> ({error.code})</span>}
        </p>
      )}
      <Said card={card} name={name} />
      {card.problem && <ProblemLine problem={card.problem} />}
      <Ways connection={connection} store={store} card={card} />
    </article>
  )
}

function useName(use: string): string {
  const names: Readonly<Record<string, string>> = labels.useNames
  return names[use] ?? use
}

/** Words about the result of the last action, which take the focus of the page that came back from a vendor. */
function Said({ card: { said, busy }, name }: { card: CardState; name: string }) {
  const line = useRef<HTMLParagraphElement>(null)
  useEffect(() => {
    if (said) line.current?.scrollIntoView({ block: 'center' })
  }, [said])
  if (busy) return <p role="status">{busy === 'leaving' ? labels.leaving : labels.checking}</p>
  if (!said) return null
  if (said.kind === 'refused') {
    return (
      <p class="refused" role="alert" ref={line}>
        {words.refusal(said.reason)}
      </p>
    )
  }
  return (
    <p class="success" role="status" ref={line}>
      {labels[said.kind](name)}
      {said.kind === 'disconnected' && said.warning && <span lang={serverLanguage}> {said.warning}</span>}
    </p>
  )
}

/** Buttons of the ways to connect. A pasted way opens its form. */
function Ways({ connection, store, card }: CardProps & { card: CardState }) {
  const { provider, state, ways, fields } = connection
  const hasOAuth = ways.includes('oauth')
  const asked = fields.filter(({ way }) => way === 'oauth')
  const [form, setForm] = useState<'oauth' | 'pasted' | null>(null)
  const isConnected = state !== 'not_connected'
  const isBusy = card.busy !== null
  const name = words.providerName(provider)
  const connectText = isConnected ? labels.connectAgain : labels.connect(name)
  const begin = () => {
    if (!hasOAuth) setForm('pasted')
    else if (asked.length > 0) setForm('oauth')
    else void store.connect(provider, {})
  }
  const reason = card.said?.kind === 'refused' ? card.said.reason : card.problem?.reason
  return (
    <>
      {form && (
        <ConnectForm
          connection={connection}
          way={form}
          isBusy={isBusy}
          isDone={card.said?.kind === 'connected'}
          onSubmit={(values) => void store.connect(provider, values)}
          onClose={() => setForm(null)}
        />
      )}
      <div class="actions">
        {!form && isConnected && connection.hint && ways.includes('pasted') && (
          // The server knows the values that were kept.
          <button
            type="button"
            class="button action"
            aria-disabled={isBusy}
            onClick={() => !isBusy && void store.connect(provider, {})}
          >
            {labels.lookAgain}
          </button>
        )}
        {!form && ways.length > 0 && (
          <button
            type="button"
            class={state === 'ok' ? 'button' : 'button action'}
            aria-disabled={isBusy}
            aria-busy={isBusy}
            onClick={() => !isBusy && begin()}
          >
            {connectText}
            {isConnected && <span class="visually-hidden"> {name}</span>}
          </button>
        )}
        {!form && hasOAuth && (reason === 'wrong_account' || state === 'ok') && asked.length === 0 && (
          <button
            type="button"
            class="button quiet"
            onClick={() => !isBusy && void store.connect(provider, { again: true })}
          >
            {labels.otherAccount}
          </button>
        )}
        {!form && hasOAuth && ways.includes('pasted') && (
          <button type="button" class="button quiet" onClick={() => setForm('pasted')}>
            {provider === 'bluesky' ? labels.appPassword : labels.pasteInstead}
          </button>
        )}
        {isConnected && !form && (
          <ConfirmButton
            question={labels.disconnectQuestion(name)}
            yes={labels.disconnect}
            isBusy={isBusy}
            onYes={() => void store.disconnect(provider)}
          >
            {labels.disconnect}
            <span class="visually-hidden"> {name}</span>
          </ConfirmButton>
        )}
      </div>
    </>
  )
}
