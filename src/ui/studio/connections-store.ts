/** Connections of the gallery: connecting, looking again, disconnecting. */
import type { Connection, ConnectionUse } from './answers.ts'
import type { Outcome } from './return-outcome.ts'
import type { Result, StudioApi, StudioProblem } from './studio-api.ts'

/** Progress of a card. */
export interface CardState {
  busy: 'connecting' | 'disconnecting' | 'leaving' | null
  problem: StudioProblem | null
  /** Result in words, after an action or the way through a vendor. */
  said:
    | { kind: 'connected' }
    | { kind: 'disconnected'; warning: string | null }
    | { kind: 'refused'; reason: string }
    | null
}

export interface ConnectionsState {
  list: readonly Connection[] | null
  problem: StudioProblem | null
  cards: Readonly<Record<string, CardState>>
}

export interface ConnectionsStore {
  readonly state: ConnectionsState
  card(provider: string): CardState
  /** True if a connection of this use works. */
  isConnected(use: ConnectionUse): boolean
  connect(provider: string, values: object): Promise<void>
  disconnect(provider: string): Promise<void>
  reload(): Promise<void>
  /** True while the browser leaves for the page of a vendor. */
  readonly isLeaving: boolean
}

export interface ConnectionsOptions {
  api: StudioApi
  listed: Result<Connection[]>
  outcome: Outcome | null
  onChange: () => void
  /** Called when the settings may have changed with a connection. */
  onUse: () => Promise<void>
}

const idle: CardState = { busy: null, problem: null, said: null }

export function createConnections(options: ConnectionsOptions): ConnectionsStore {
  const { api, listed, outcome, onChange, onUse } = options
  let isLeaving = false
  let state: ConnectionsState = {
    list: 'value' in listed ? listed.value : null,
    problem: 'problem' in listed ? listed.problem : null,
    cards: outcome ? { [outcome.provider]: { ...idle, said: saidOf(outcome) } } : {},
  }
  const change = (part: Partial<ConnectionsState>) => {
    state = { ...state, ...part }
    onChange()
  }
  const setCard = (provider: string, card: Partial<CardState>) =>
    change({ cards: { ...state.cards, [provider]: { ...idle, ...card } } })
  const isBusy = (provider: string) => (state.cards[provider]?.busy ?? null) !== null

  async function reload(): Promise<void> {
    const answered = await api.connections()
    if ('value' in answered) change({ list: answered.value, problem: null })
    else change({ problem: answered.problem })
  }
  // Back from the page of a vendor, browsers may show this page as it was left.
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return
    isLeaving = false
    change({ cards: {} })
    void reload()
  })

  return {
    get state() {
      return state
    },
    get isLeaving() {
      return isLeaving
    },
    card: (provider) => state.cards[provider] ?? idle,
    isConnected: (use) =>
      (state.list ?? []).some(
        (each) => each.use === use && (each.state === 'ok' || each.state === 'expiring'),
      ),
    async connect(provider, values) {
      if (isBusy(provider)) return
      setCard(provider, { busy: 'connecting' })
      const answered = await api.connect(provider, values)
      if ('problem' in answered) return setCard(provider, { problem: answered.problem })
      if ('url' in answered.value) {
        isLeaving = true
        setCard(provider, { busy: 'leaving' })
        location.assign(answered.value.url)
        return
      }
      await Promise.all([reload(), onUse()])
      setCard(provider, { said: { kind: 'connected' } })
    },
    async disconnect(provider) {
      if (isBusy(provider)) return
      setCard(provider, { busy: 'disconnecting' })
      const answered = await api.disconnect(provider)
      if ('problem' in answered) return setCard(provider, { problem: answered.problem })
      await Promise.all([reload(), onUse()])
      setCard(provider, { said: { kind: 'disconnected', warning: answered.value.warning } })
    },
    reload,
  }
}

function saidOf({ reason }: Outcome): CardState['said'] {
  return reason === null ? { kind: 'connected' } : { kind: 'refused', reason }
}
