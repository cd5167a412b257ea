/** What an admin is doing with the photo on the desk: captions being written, platforms chosen, results. Knows no components. */
import type { ApiProblem, Photo } from '../api.ts'
import type { Gallery } from '../gallery.ts'
import {
  adminApi,
  type CurationAction,
  type PlatformName,
  type PlatformOutcome,
  type PlatformRules,
  type Stage,
} from './admin-api.ts'

/** One photo's words and what became of them. Kept while other photos are looked at, so that nothing typed is lost. */
export interface Draft {
  /** As the person has typed them. */
  captions: Partial<Record<PlatformName, string>>
  chosen: Partial<Record<PlatformName, boolean>>
  outcomes: Partial<Record<PlatformName, PlatformOutcome>>
  /** What is under way, and its latest stage. */
  work: { kind: 'analyze' | 'publish'; stage: Stage } | null
  problem: ApiProblem | null
  altText: string | null
}

export interface Toast {
  text: 'kept' | 'removed' | 'deleted' | 'restored' | 'archived' | 'failed'
  photo: string
  problem?: ApiProblem
  undo?: () => void
}

export interface DeskState {
  rules: readonly PlatformRules[]
  hashtags: string
  drafts: ReadonlyMap<string, Draft>
  toast: Toast | null
}

const empty: Draft = { captions: {}, chosen: {}, outcomes: {}, work: null, problem: null, altText: null }

export interface Desk {
  start(): Promise<void>
  draftOf(photo: Photo): Draft
  write(photo: Photo, platform: PlatformName, caption: string): void
  choose(photo: Photo, platform: PlatformName, isChosen: boolean): void
  analyze(photo: Photo): Promise<void>
  /** To the chosen platforms, or to those named. Gives whether all of them have the photo now. */
  publish(photo: Photo, options?: { platforms?: readonly PlatformName[]; force?: boolean }): Promise<boolean>
  curate(photo: Photo, action: 'keep' | 'remove' | 'delete'): Promise<void>
  dismiss(): void
}

export function createDesk(gallery: Gallery, onChange: (state: DeskState) => void): Desk {
  let state: DeskState = { rules: [], hashtags: '', drafts: new Map(), toast: null }
  const set = (part: Partial<DeskState>) => {
    state = { ...state, ...part }
    onChange(state)
  }
  const change = (name: string, part: Partial<Draft>) =>
    set({ drafts: new Map(state.drafts).set(name, { ...(state.drafts.get(name) ?? empty), ...part }) })
  const draftOf = ({ filename }: Photo) => state.drafts.get(filename) ?? empty

  function chosenOf(photo: Photo): PlatformName[] {
    const { chosen, outcomes } = draftOf(photo)
    return state.rules
      .map(({ platform }) => platform)
      .filter((platform) => chosen[platform] ?? outcomes[platform]?.success !== true)
  }

  function finishPublishing(photo: Photo, archived: boolean): void {
    if (!archived) return
    set({
      toast: { text: 'archived', photo: photo.filename, undo: () => void restore(photo.filename, 'archive') },
    })
    gallery.leave(photo.filename)
  }

  async function restore(filename: string, from: 'keep' | 'remove' | 'archive'): Promise<void> {
    const result = await adminApi.curate(filename, 'restore', { from })
    if ('problem' in result)
      return set({ toast: { text: 'failed', photo: filename, problem: result.problem } })
    set({ toast: { text: 'restored', photo: filename } })
    gallery.visit(result.value.filename)
  }

  return {
    async start() {
      const found = await adminApi.captionRules()
      if ('value' in found) set({ rules: found.value.platforms, hashtags: found.value.hashtags })
    },
    draftOf,
    write: (photo, platform, caption) =>
      change(photo.filename, { captions: { ...draftOf(photo).captions, [platform]: caption } }),
    choose: (photo, platform, isChosen) =>
      change(photo.filename, { chosen: { ...draftOf(photo).chosen, [platform]: isChosen } }),

    async analyze(photo) {
      const { filename } = photo
      const onStage = (stage: Stage) => change(filename, { work: { kind: 'analyze', stage } })
      change(filename, { problem: null, work: { kind: 'analyze', stage: { stage: 'asking' } } })
      // With captions there already, the person asks for other ones.
      const result = await adminApi.analyze(filename, photo.caption !== null, onStage)
      if ('problem' in result) return change(filename, { work: null, problem: result.problem })
      const { caption, alt_text, sd_caption, platform_captions } = result.value
      change(filename, { work: null, captions: { ...platform_captions }, altText: alt_text })
      gallery.learn(filename, {
        caption,
        sd_caption,
        has_sidecar: true,
        metadata: { ...photo.metadata, ...(alt_text && { alt_text }) },
      })
    },

    async publish(photo, { platforms = chosenOf(photo), force = false } = {}) {
      const { filename } = photo
      const { captions, outcomes } = draftOf(photo)
      const onStage = (stage: Stage) => change(filename, { work: { kind: 'publish', stage } })
      change(filename, { problem: null, work: { kind: 'publish', stage: { stage: 'asking' } } })
      const written = Object.fromEntries(
        platforms.flatMap((platform) => {
          const text = captions[platform]
          return text === undefined ? [] : [[platform, text]]
        }),
      )
      const result = await adminApi.publish(filename, { platforms, captions: written, force }, onStage)
      if ('problem' in result) {
        change(filename, { work: null, problem: result.problem })
        return false
      }
      change(filename, { work: null, outcomes: { ...outcomes, ...result.value.results } })
      const isComplete = platforms.every((platform) => result.value.results[platform]?.success)
      if (isComplete) finishPublishing(photo, result.value.archived)
      return isComplete
    },

    async curate(photo, action) {
      const { filename } = photo
      const result = await adminApi.curate(filename, action satisfies CurationAction)
      if ('problem' in result)
        return set({ toast: { text: 'failed', photo: filename, problem: result.problem } })
      if (result.value.preview_only) return
      const name = result.value.filename
      const toast: Toast =
        action === 'delete'
          ? { text: 'deleted', photo: filename }
          : {
              text: action === 'keep' ? 'kept' : 'removed',
              photo: filename,
              undo: () => void restore(name, action),
            }
      set({ toast })
      gallery.leave(filename)
    },

    dismiss: () => set({ toast: null }),
  }
}
