/** One thing done to many photos: a few at a time, with what failed kept for another try, and a way back. */
import type { ApiProblem } from '../../api.ts'
import { type Item, keyOf } from '../../gallery/order.ts'
import { kindOf } from '../../problem-kind.ts'
import { adminApi, send } from '../admin-api.ts'

export type BulkAction = 'keep' | 'remove' | 'restore' | 'delete'

export interface Failure {
  item: Item
  problem: ApiProblem
}

export interface BulkState {
  action: BulkAction
  /** It takes back what was done before. */
  isUndo: boolean
  total: number
  done: number
  isRunning: boolean
  failed: readonly Failure[]
  /** Nothing was moved: the gallery is in debug mode. */
  isTrial: boolean
  /** Photos where they are now, with where they were. */
  moved: readonly Move[]
}

interface Move {
  from: Item
  to: Item
}

export interface Bulk {
  /** Resolves when all is done, or stopped. */
  run(action: BulkAction, items: readonly Item[]): Promise<void>
  /** Once more, what failed. */
  retry(): Promise<void>
  /** Moves back what was moved. */
  undo(): Promise<void>
  /** Begins with no further photo. */
  stop(): void
  dismiss(): void
}

export interface BulkOptions {
  onChange: (state: BulkState | null) => void
  /** These photos are no longer where they were; those that came in are in the inbox now. */
  onGone: (items: readonly Item[], cameIn: readonly Item[]) => void
  /** Photos have come back. */
  onBack: () => void
}

/** Few enough for a storage that is asked by others too. */
const atOnce = 3
/** How often a photo waits for its turn when the server asks for patience. */
const patience = 3

export function createBulk({ onChange, onGone, onBack }: BulkOptions): Bulk {
  let state: BulkState | null = null
  let isStopped = false
  const set = (next: BulkState | null) => {
    state = next
    onChange(next)
  }
  const add = (part: (now: BulkState) => Partial<BulkState>) => {
    if (state) set({ ...state, ...part(state) })
  }

  type Act = (item: Item) => Promise<Outcome>

  async function work(act: Act, items: readonly Item[]): Promise<void> {
    const waiting = [...items]
    isStopped = false
    const lane = async () => {
      for (let item = waiting.shift(); item && !isStopped; item = waiting.shift()) {
        const outcome = await patiently(act, item)
        if ('problem' in outcome) {
          const failure = { item, problem: outcome.problem }
          add(({ failed }) => ({ failed: [...failed, failure] }))
          // The next ones would fare alike.
          if (stopping.has(kindOf(outcome.problem))) {
            const rest = waiting.splice(0).map((other) => ({ item: other, problem: outcome.problem }))
            add(({ failed }) => ({ failed: [...failed, ...rest] }))
          }
          continue
        }
        const { to, isTrial } = outcome
        const from = item
        add((now) => ({
          done: now.done + 1,
          isTrial: now.isTrial || isTrial,
          moved: to && !isTrial ? [...now.moved, { from, to }] : now.moved,
        }))
        if (!isTrial) finished.push(item)
        if (!isTrial && to?.folder === 'root') cameIn.push(to)
      }
    }
    const finished: Item[] = []
    const cameIn: Item[] = []
    await Promise.all(Array.from({ length: atOnce }, lane))
    add(() => ({ isRunning: false }))
    if (finished.length > 0) onGone(finished, cameIn)
  }

  function begin(action: BulkAction, items: readonly Item[]): void {
    set({
      action,
      isUndo: false,
      total: items.length,
      done: 0,
      isRunning: true,
      failed: [],
      isTrial: false,
      moved: [],
    })
  }

  const targets = new Map<string, Item>()

  return {
    async run(action, items) {
      begin(action, items)
      await work((item) => actOn(action, item), items)
    },
    async retry() {
      if (!state || state.isRunning) return
      const { failed, action, isUndo } = state
      add(() => ({ failed: [], isRunning: true }))
      const items = failed.map(({ item }) => item)
      await work((item) => (isUndo ? moveBack(item, targets.get(keyOf(item))) : actOn(action, item)), items)
      if (isUndo) onBack()
    },
    async undo() {
      if (!state || state.isRunning) return
      const { moved, action } = state
      targets.clear()
      for (const { from, to } of moved) targets.set(keyOf(to), from)
      const items = moved.map(({ to }) => to)
      begin(action, items)
      add(() => ({ isUndo: true }))
      await work((item) => moveBack(item, targets.get(keyOf(item))), items)
      onBack()
    },
    stop() {
      isStopped = true
    },
    dismiss: () => set(null),
  }
}

/** `to`: where the photo is now, `null` for what is deleted. */
type Outcome = { to: Item | null; isTrial: boolean } | { problem: ApiProblem }

const stopping: ReadonlySet<string> = new Set(['private', 'notAdmin', 'signInAgain', 'offline', 'setup'])

/** Waits as long as the server asks for; many photos are more than it takes at once. */
async function patiently(act: (item: Item) => Promise<Outcome>, item: Item): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await act(item)
    if (!('problem' in outcome) || kindOf(outcome.problem) !== 'slowDown') return outcome
    const seconds = outcome.problem.retryAfterSeconds
    if (seconds === null || attempt === patience) return outcome
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  }
}

async function actOn(action: BulkAction, item: Item): Promise<Outcome> {
  if (action === 'delete' && item.folder !== 'root') return deleteObject(item)
  const from = action === 'restore' && item.folder !== 'root' ? { from: item.folder } : {}
  const result = await adminApi.curate(item.name, action, from)
  if ('problem' in result) return result
  const { filename, destination_folder: folder, preview_only: isTrial } = result.value
  return { to: folder ? { name: filename, folder } : null, isTrial }
}

async function deleteObject(item: Item): Promise<Outcome> {
  const result = await send<{ deleted: string | null }>('DELETE', objectPath(item))
  if ('problem' in result) return result
  return { to: null, isTrial: !result.value.deleted }
}

async function moveBack(item: Item, target: Item | undefined): Promise<Outcome> {
  if (item.folder !== 'root') return actOn('restore', item)
  const body = { target_folder: target?.folder ?? 'root' }
  const result = await send<{ moved: string | null }>('POST', `${objectPath(item)}/move`, body)
  if ('problem' in result) return result
  return { to: null, isTrial: !result.value.moved }
}

function objectPath(item: Item): string {
  return `/api/library/objects/${encodeURIComponent(keyOf(item))}`
}
