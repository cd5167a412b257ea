/** List of API keys or of webhooks, with a form that makes more. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ApiProblem } from '../../problem.ts'
import type { ListedThing } from '../answers.ts'
import { ConfirmButton } from '../confirm-button.tsx'
import { ProblemLine } from '../problem-line.tsx'
import { studioApi } from '../studio-api.ts'
import { words } from '../words.ts'
import { KeyFields, keyRequest, WebhookFields, webhookRequest } from './access-forms.tsx'

const labels = words.access

export interface AccessListProps {
  kind: 'keys' | 'webhooks'
  title: string
  intro: string
  /** Words for an empty list. */
  none: string
  create: string
  /** Words beside the new secret. */
  secretAdvice: string
  removeQuestion: (title: string) => string
  /** Scopes that the server offers for keys. */
  scopes: readonly string[]
  /** Types of events that the server offers for webhooks. */
  types: readonly string[]
}

export function AccessList(props: AccessListProps) {
  const { kind, title, intro, none, create, secretAdvice, removeQuestion, scopes, types } = props
  const [things, setThings] = useState<readonly ListedThing[] | null>(null)
  const [problem, setProblem] = useState<ApiProblem | null>(null)
  const [busy, setBusy] = useState<string | null>(null)
  const [secret, setSecret] = useState<string | null>(null)

  const load = async () => {
    const answered = await studioApi.list(kind)
    if ('value' in answered) setThings(answered.value)
    setProblem('problem' in answered ? answered.problem : null)
  }
  useEffect(() => void load(), [])

  const act = async (id: string, action: () => Promise<{ problem: ApiProblem } | object>) => {
    if (busy !== null) return
    setBusy(id)
    setProblem(null)
    const answered = await action()
    if ('problem' in answered) setProblem(answered.problem)
    else await load()
    setBusy(null)
  }
  const make = (form: HTMLFormElement) =>
    act('new', async () => {
      const data = new FormData(form)
      const answered = await studioApi.create(kind, kind === 'keys' ? keyRequest(data) : webhookRequest(data))
      if ('value' in answered) {
        setSecret(answered.value.secret)
        form.reset()
      }
      return answered
    })
  return (
    <section aria-labelledby={`${kind}-title`}>
      <h3 id={`${kind}-title`}>{title}</h3>
      <p class="muted">{intro}</p>
      {things?.length === 0 && <p>{none}</p>}
      <ul class="things">
        {things?.map((thing) => (
          <li key={thing.id} class="card">
            <p class="thing">{thing.title}</p>
            <p class="muted">{detailsOf(thing)}</p>
            <ConfirmButton
              question={removeQuestion(thing.title)}
              yes={labels.remove}
              isBusy={busy === thing.id}
              onYes={() => void act(thing.id, () => studioApi.remove(kind, thing.id))}
            >
              {labels.remove}
              <span class="visually-hidden"> {thing.title}</span>
            </ConfirmButton>
          </li>
        ))}
      </ul>
      {secret !== null && <NewSecret secret={secret} advice={secretAdvice} onClose={() => setSecret(null)} />}
      {problem && <ProblemLine problem={problem} onRetry={things ? undefined : () => void load()} />}
      <form
        class="card"
        onSubmit={(event) => {
          event.preventDefault()
          void make(event.currentTarget)
        }}
      >
        {kind === 'keys' ? <KeyFields scopes={scopes} /> : <WebhookFields types={types} />}
        <button type="submit" class="button action" aria-busy={busy === 'new'} aria-disabled={busy !== null}>
          {create}
        </button>
      </form>
    </section>
  )
}

function detailsOf({ scopes, createdAt, expiresAt, lastUsedAt, disabledAt }: ListedThing): string {
  return [
    scopes.map(scopeName).join(', '),
    createdAt && labels.created(words.moment(createdAt)),
    expiresAt && labels.expires(words.moment(expiresAt)),
    lastUsedAt && labels.lastUsed(words.moment(lastUsedAt)),
    disabledAt && labels.disabled,
  ]
    .filter(Boolean)
    .join(' · ')
}

function scopeName(scope: string): string {
  return labels.scopeNames[scope] ?? scope
}

/** Shows a new secret until the person closes it. It is nowhere else, and leaves the page with this component. */
function NewSecret({ secret, advice, onClose }: { secret: string; advice: string; onClose: () => void }) {
  const [isCopied, setCopied] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.select(), [])
  return (
    <div class="card warning" role="status">
      <p>{advice}</p>
      <input class="secret" ref={field} readOnly value={secret} aria-label={advice} />
      <div class="actions">
        <button
          type="button"
          class="button action"
          onClick={() => {
            field.current?.select()
            void navigator.clipboard?.writeText(secret).then(
              () => setCopied(true),
              () => {},
            )
          }}
        >
          {isCopied ? labels.copied : labels.copy}
        </button>
        <button type="button" class="button" onClick={onClose}>
          {words.close}
        </button>
      </div>
    </div>
  )
}
