/** State of the desk: platforms with their rules, drafts of all photos, and messages. */
import type { Photo } from '../../gallery/gallery-api.ts'
import type { ApiProblem } from '../../problem.ts'
import { lost, type PlatformRules } from '../admin-api.ts'
import { type ByPlatform, type Draft, emptyDraft, keyOf } from './draft.ts'
import type { Shelf } from './draft-shelf.ts'
import { isFailure, type Toast } from './toast.ts'

export interface DeskState {
  rules: readonly PlatformRules[]
  hashtags: string
  /** Reason why the rules did not load. */
  problem: ApiProblem | null
  isReady: boolean
  /** Platforms that the admin chose last. */
  usual: ByPlatform<boolean>
  drafts: ReadonlyMap<string, Draft>
  /** Messages, the latest last. */
  toasts: readonly Toast[]
}

/** Upper bound on messages, more than an admin will undo. */
const maxToasts = 50

export interface DeskStore {
  readonly state: DeskState
  set(part: Partial<DeskState>): void
  draftOf(photo: Photo): Draft
  /** Changes a draft, also in the device's storage. */
  change(photo: Photo, part: Partial<Draft>): void
  /** Removes the photo's draft from the device's storage. */
  unshelve(photo: Photo): void
  /** Adds a message. Removes earlier failures of the same photo. */
  tell(toast: Toast): void
  dismiss(gone: readonly Toast[]): void
}

export function createDeskStore(shelf: Shelf, onChange: (state: DeskState) => void): DeskStore {
  let state: DeskState = {
    rules: [],
    hashtags: '',
    problem: null,
    isReady: false,
    usual: shelf.usual(),
    drafts: new Map(),
    toasts: [],
  }
  const set = (part: Partial<DeskState>) => {
    state = { ...state, ...part }
    onChange(state)
  }

  function draftOf(photo: Photo): Draft {
    const key = keyOf(photo)
    const known = state.drafts.get(key)
    if (known) return known
    const shelved = shelf.draft(key)
    if (!shelved) return emptyDraft
    const { captions, altText, work } = shelved
    return { ...emptyDraft, captions, altText, failure: work && { during: work, problem: lost } }
  }

  return {
    get state() {
      return state
    },
    set,
    draftOf,
    change(photo, part) {
      const draft = { ...draftOf(photo), ...part }
      set({ drafts: new Map(state.drafts).set(keyOf(photo), draft) })
      const kind = draft.work?.kind
      const work = kind === 'analyze' || kind === 'publish' ? kind : null
      shelf.put(keyOf(photo), { captions: draft.captions, altText: draft.altText, work })
    },
    unshelve: (photo) => shelf.put(keyOf(photo), { captions: {}, altText: null, work: null }),
    tell(toast) {
      const others = state.toasts.filter((each) => !isFailure(each) || each.photo !== toast.photo)
      set({ toasts: [...others, toast].slice(-maxToasts) })
    },
    dismiss: (gone) => set({ toasts: state.toasts.filter((toast) => !gone.includes(toast)) }),
  }
}
