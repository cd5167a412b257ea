/** Settings of the gallery with the changes of this page: editing, saving, and changes of another device. */
import type { SettingsAnswer } from './answers.ts'
import type { Shelf } from './draft-shelf.ts'
import { type Draft, fieldPaths, isSame, openChanges, patchOf, type Value, valueAt } from './fields.ts'
import type { StudioApi, StudioProblem } from './studio-api.ts'

/** Field that another device changed meanwhile. */
export interface ForeignChange {
  path: string
  theirs: Value
}

export interface SettingsState {
  answer: SettingsAnswer
  draft: Draft
  /** Unsaved changes of an earlier visit, until the person decides. */
  earlier: Draft | null
  isSaving: boolean
  /** True after a save until the next change. */
  isSaved: boolean
  problem: StudioProblem | null
  foreign: readonly ForeignChange[]
}

export interface SettingsStore {
  readonly state: SettingsState
  value(path: string): Value
  isLocked(path: string): boolean
  set(path: string, value: Value): void
  save(): Promise<void>
  /** Drops all changes, or the change of a field. */
  discard(path?: string): void
  /** Brings back the changes of an earlier visit, or drops them. */
  decideEarlier(isWanted: boolean): void
  closeForeign(): void
  /** Takes over settings that the server changed, for example after an account was connected. */
  reload(): Promise<void>
}

export interface StoreOptions {
  api: StudioApi
  shelf: Shelf
  answer: SettingsAnswer
  onChange: () => void
}

export function createSettingsStore({ api, shelf, answer, onChange }: StoreOptions): SettingsStore {
  const earlier = openChanges(shelf.take() ?? {}, answer.settings)
  let state: SettingsState = {
    answer,
    draft: {},
    earlier: Object.keys(earlier).length > 0 ? earlier : null,
    isSaving: false,
    isSaved: false,
    problem: null,
    foreign: [],
  }
  const change = (part: Partial<SettingsState>) => {
    state = { ...state, ...part }
    // Changes that the person has not decided about stay on the shelf.
    if (part.draft || part.earlier !== undefined) shelf.put({ ...state.earlier, ...state.draft })
    onChange()
  }
  const isLocked = (path: string) =>
    state.answer.locked.some((locked) => path === locked || path.startsWith(`${locked}.`))

  /** Another device was first: keeps the own changes, and lists what the other device changed. */
  async function compare(): Promise<void> {
    const newer = await api.settings()
    if ('problem' in newer) return change({ isSaving: false, problem: newer.problem })
    const foreign = foreignChanges(state.answer.settings, newer.value.settings)
    const draft = openChanges(state.draft, newer.value.settings)
    change({ answer: newer.value, draft, foreign, isSaving: false })
  }

  return {
    get state() {
      return state
    },
    value: (path) => state.draft[path] ?? (path in state.draft ? null : valueAt(state.answer.settings, path)),
    isLocked,
    set(path, value) {
      const draft = openChanges(
        { ...state.draft, [path]: value === '' ? null : value },
        state.answer.settings,
      )
      change({ draft, isSaved: false, problem: null })
    },
    async save() {
      const sent = state.draft
      if (state.isSaving || Object.keys(sent).length === 0) return
      change({ isSaving: true, problem: null, foreign: [] })
      const answered = await api.patch(patchOf(sent), state.answer.version)
      if ('value' in answered) {
        const draft = changedSince(sent, openChanges(state.draft, answered.value.settings))
        return change({ answer: answered.value, draft, isSaving: false, isSaved: true })
      }
      const { problem } = answered
      if (problem.status === 409 || problem.status === 412) return compare()
      change({ isSaving: false, problem })
    },
    discard(path) {
      const { [path ?? '']: _, ...others } = state.draft
      change({ draft: path === undefined ? {} : others, problem: null })
    },
    decideEarlier(isWanted) {
      const draft = isWanted ? { ...state.earlier, ...state.draft } : state.draft
      change({ draft, earlier: null })
    },
    closeForeign: () => change({ foreign: [] }),
    async reload() {
      const newer = await api.settings()
      if ('value' in newer)
        change({ answer: newer.value, draft: openChanges(state.draft, newer.value.settings) })
    },
  }
}

function foreignChanges(old: unknown, current: unknown): ForeignChange[] {
  return fieldPaths
    .map((path) => ({ path, theirs: valueAt(current, path) }))
    .filter(({ path, theirs }) => !isSame(theirs, valueAt(old, path)))
}

/** Drops what was sent. A value that the server writes in another form, such as a trimmed title, is saved too. */
function changedSince(sent: Draft, draft: Draft): Draft {
  const open = Object.entries(draft).filter(
    ([path, value]) => !(path in sent && isSame(value, sent[path] ?? null)),
  )
  return Object.fromEntries(open)
}
