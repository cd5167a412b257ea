/** An action on many photos, with retry of the failures and undo. */
import { type Item, keyOf } from '../../gallery/order.ts'
import type { ApiProblem } from '../../problem.ts'
import { actOnAll } from './act-on-all.ts'
import { actOn, type BulkAction, moveBack, type Outcome } from './photo-action.ts'

export type { BulkAction }

export interface Failure {
  item: Item
  problem: ApiProblem
}

export interface BulkState {
  action: BulkAction
  /** True if the work undoes an earlier action. */
  isUndo: boolean
  total: number
  done: number
  isRunning: boolean
  failed: readonly Failure[]
  /** True if nothing was moved, because the gallery is in debug mode. */
  isTrial: boolean
  /** Old and new places of the moved photos. */
  moved: readonly Move[]
}

interface Move {
  from: Item
  to: Item
}

export interface Bulk {
  /** Resolves when all photos are done, or when the work is stopped. */
  run(action: BulkAction, items: readonly Item[]): Promise<void>
  /** Repeats the action on the photos that failed. */
  retry(): Promise<void>
  /** Moves the photos back to where they were. */
  undo(): Promise<void>
  /** Starts no further photo. */
  stop(): void
  dismiss(): void
}

export interface BulkOptions {
  onChange: (state: BulkState | null) => void
  /** Called with the photos that left their folder, and those among them that are now in the inbox. */
  onGone: (items: readonly Item[], cameIn: readonly Item[]) => void
  /** Called after photos were moved back. */
  onBack: () => void
}

export function createBulk({ onChange, onGone, onBack }: BulkOptions): Bulk {
  let state: BulkState | null = null
  let isStopped = false
  const targets = new Map<string, Item>()
  const set = (next: BulkState | null) => {
    state = next
    onChange(next)
  }
  const add = (part: (now: BulkState) => Partial<BulkState>) => {
    if (state) set({ ...state, ...part(state) })
  }

  async function work(act: (item: Item) => Promise<Outcome>, items: readonly Item[]): Promise<void> {
    isStopped = false
    const finished: Item[] = []
    const cameIn: Item[] = []
    await actOnAll(items, {
      act,
      isStopped: () => isStopped,
      onDone(item, { to, isTrial }) {
        add((now) => ({
          done: now.done + 1,
          isTrial: now.isTrial || isTrial,
          moved: to && !isTrial ? [...now.moved, { from: item, to }] : now.moved,
        }))
        if (isTrial) return
        finished.push(item)
        if (to?.folder === 'root') cameIn.push(to)
      },
      onFailed: (those, problem) =>
        add(({ failed }) => ({ failed: [...failed, ...those.map((item) => ({ item, problem }))] })),
    })
    add(() => ({ isRunning: false }))
    if (finished.length > 0) onGone(finished, cameIn)
  }

  const goBack = (item: Item) => moveBack(item, targets.get(keyOf(item)))

  return {
    async run(action, items) {
      set(begun(action, items, false))
      await work((item) => actOn(action, item), items)
    },
    async retry() {
      if (!state || state.isRunning) return
      const { failed, action, isUndo } = state
      add(() => ({ failed: [], isRunning: true }))
      const items = failed.map(({ item }) => item)
      await work(isUndo ? goBack : (item) => actOn(action, item), items)
      if (isUndo) onBack()
    },
    async undo() {
      if (!state || state.isRunning) return
      const { moved, action } = state
      targets.clear()
      for (const { from, to } of moved) targets.set(keyOf(to), from)
      const items = moved.map(({ to }) => to)
      set(begun(action, items, true))
      await work(goBack, items)
      onBack()
    },
    stop() {
      isStopped = true
    },
    dismiss: () => set(null),
  }
}

function begun(action: BulkAction, items: readonly Item[], isUndo: boolean): BulkState {
  return {
    action,
    isUndo,
    total: items.length,
    done: 0,
    isRunning: true,
    failed: [],
    isTrial: false,
    moved: [],
  }
}
