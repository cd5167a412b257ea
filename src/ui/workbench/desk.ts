/** What an admin is doing with the photo on the desk: words being written, platforms chosen, results. Knows no components. */
import type { ApiProblem, Photo } from '../api.ts'
import type { Gallery } from '../gallery.ts'
import {
  adminApi,
  lost,
  type PlatformName,
  type PlatformRules,
  type Result,
  type Stage,
} from './admin-api.ts'
import { type CurationAction, createCuration } from './curation.ts'
import {
  altTextOf,
  type ByPlatform,
  captionOf,
  chosenOf,
  type Draft,
  emptyDraft,
  keyOf,
  unsavedWords,
  type WorkKind,
} from './draft.ts'
import type { Shelf } from './draft-shelf.ts'
import { isPersons, knownAltText, knownCaption } from './known-words.ts'
import { afterLostPublish, pending } from './lost-publish.ts'
import type { Toast } from './toast.ts'

export interface DeskState {
  rules: readonly PlatformRules[]
  hashtags: string
  /** Why there are no rules. */
  problem: ApiProblem | null
  isReady: boolean
  /** The platforms that were chosen last. */
  usual: ByPlatform<boolean>
  drafts: ReadonlyMap<string, Draft>
  toast: Toast | null
}

export interface PublishOptions {
  platforms?: readonly PlatformName[]
  force?: boolean
}

export interface Desk {
  start(): Promise<void>
  draftOf(photo: Photo): Draft
  /** The photo in front of the person, and whether they see what becomes of its words. */
  look(photo: Photo | null, isSheetOpen: boolean): void
  write(photo: Photo, platform: PlatformName, caption: string): void
  describe(photo: Photo, altText: string): void
  choose(photo: Photo, platform: PlatformName, isChosen: boolean): void
  /** Back to the words before the AI wrote. */
  takeBack(photo: Photo): void
  save(photo: Photo): Promise<boolean>
  analyze(photo: Photo): Promise<void>
  preview(photo: Photo): Promise<void>
  /** To the chosen platforms, or to those named. */
  publish(photo: Photo, options?: PublishOptions): Promise<void>
  /** What became of work whose answer was lost. */
  lookAgain(photo: Photo): Promise<void>
  curate(photo: Photo, action: CurationAction): void
  erase(photo: Photo): Promise<void>
  dismiss(): void
  /** Nothing of this person stays. */
  forget(): void
}

export function createDesk(gallery: Gallery, shelf: Shelf, onChange: (state: DeskState) => void): Desk {
  let state: DeskState = {
    rules: [],
    hashtags: '',
    problem: null,
    isReady: false,
    usual: shelf.usual(),
    drafts: new Map(),
    toast: null,
  }
  let inFront: { photo: Photo | null; isSheetOpen: boolean } = { photo: null, isSheetOpen: false }
  const set = (part: Partial<DeskState>) => {
    state = { ...state, ...part }
    onChange(state)
  }
  const tell = (toast: Toast) => set({ toast })
  const curation = createCuration({ gallery, tell, current: () => inFront.photo?.filename ?? null })

  function draftOf(photo: Photo): Draft {
    const key = keyOf(photo)
    const known = state.drafts.get(key)
    if (known) return known
    const shelved = shelf.draft(key)
    if (!shelved) return emptyDraft
    const { captions, altText, work } = shelved
    return { ...emptyDraft, captions, altText, failure: work && { during: work, problem: lost } }
  }

  function change(photo: Photo, part: Partial<Draft>): void {
    const draft = { ...draftOf(photo), ...part }
    set({ drafts: new Map(state.drafts).set(keyOf(photo), draft) })
    const kind = draft.work?.kind
    const work = kind === 'analyze' || kind === 'publish' ? kind : null
    shelf.put(keyOf(photo), { captions: draft.captions, altText: draft.altText, work })
  }

  /** Work with its beginning, its stages and its failure, all of which the sheet shows. */
  async function during<T>(
    photo: Photo,
    kind: WorkKind,
    act: (onStage: (stage: Stage) => void) => Promise<Result<T>>,
  ): Promise<T | null> {
    if (draftOf(photo).work) return null
    const reached = (stages: readonly Stage[]) => change(photo, { work: { kind, stages } })
    change(photo, { failure: null, done: null, work: { kind, stages: [] } })
    const result = await act((stage) => reached([...(draftOf(photo).work?.stages ?? []), stage]))
    const failure = 'problem' in result ? { during: kind, problem: result.problem } : null
    change(photo, { work: null, failure })
    if (failure?.problem.code === 'not_signed_in') shelf.reopen(keyOf(photo))
    if (failure && !isSeen(photo)) {
      tell({ text: 'failed', photo: photo.filename, problem: failure.problem, show: () => show(photo) })
    }
    return 'value' in result ? result.value : null
  }

  const isSeen = ({ filename }: Photo) => inFront.isSheetOpen && inFront.photo?.filename === filename
  const show = (photo: Photo) => {
    set({ toast: null })
    gallery.visit(photo.filename, photo)
  }

  /** As they are on the screen, for the server's own words may differ by then. */
  function request(photo: Photo, platforms: readonly PlatformName[]) {
    const draft = draftOf(photo)
    const captions = Object.fromEntries(
      platforms.map((platform) => [platform, captionOf(draft, photo, platform)]),
    )
    return { platforms, captions }
  }

  /** What is saved now is a draft no more, unless the person has typed on meanwhile. */
  function settle(photo: Photo, saved: Photo, sent: ByPlatform<string>): void {
    const { captions, altText } = draftOf(photo)
    const rest = Object.entries(captions).filter(
      ([platform, text]) => text !== sent[platform as PlatformName] && text !== knownCaption(saved, platform),
    )
    const isDescribed = altText === null || altText.trim() === knownAltText(saved)
    change(photo, {
      captions: Object.fromEntries(rest),
      altText: isDescribed ? null : altText,
      replaced: null,
    })
  }

  async function save(photo: Photo): Promise<boolean> {
    const words = unsavedWords(draftOf(photo), photo, state.rules)
    if (!words) return true
    const written = await during(photo, 'save', () => adminApi.save(photo.filename, words))
    if (!written) return false
    const news = { caption: written.caption, metadata: written.metadata, has_sidecar: true }
    gallery.learn(photo.filename, news)
    settle(photo, { ...photo, ...news }, words.captions ?? {})
    change(photo, { done: 'saved' })
    return true
  }

  function finishPublishing(photo: Photo, archived: boolean): void {
    const { filename } = photo
    shelf.put(keyOf(photo), { captions: {}, altText: null, work: null })
    if (!archived) {
      if (!isSeen(photo)) tell({ text: 'published', photo: filename })
      return
    }
    set({ drafts: new Map([...state.drafts].filter(([key]) => key !== keyOf(photo))) })
    tell({ text: 'archived', photo: filename, undo: () => void curation.restore(filename, 'archive') })
    gallery.leave(filename)
  }

  async function publish(photo: Photo, options: PublishOptions = {}): Promise<void> {
    const { platforms = chosenOf(draftOf(photo), state.rules, state.usual), force = false } = options
    // The text for those who do not see the photo goes out from where it is saved.
    if (altTextOf(draftOf(photo), photo).trim() !== knownAltText(photo) && !(await save(photo))) return
    const asked = request(photo, platforms)
    const published = await during(photo, 'publish', (onStage) =>
      adminApi.publish(photo.filename, { ...asked, force }, onStage),
    )
    if (!published) return
    const { outcomes, chosen } = draftOf(photo)
    const { results } = published
    const waiting = Object.entries(chosen).filter(([platform]) => !results[platform as PlatformName]?.success)
    change(photo, {
      outcomes: { ...outcomes, ...results },
      chosen: Object.fromEntries(waiting),
    })
    if (!published.archived) await learn(photo, asked.captions)
    if (platforms.every((platform) => results[platform]?.success)) finishPublishing(photo, published.archived)
  }

  /** The server keeps what is published. */
  async function learn(photo: Photo, sent: ByPlatform<string>): Promise<void> {
    const found = await adminApi.photo(photo.filename)
    if ('problem' in found) return
    gallery.learn(photo.filename, found.value)
    settle(photo, found.value, sent)
  }

  return {
    async start() {
      set({})
      const found = await adminApi.captionRules()
      if ('problem' in found) set({ problem: found.problem, isReady: true })
      else {
        const { platforms, hashtags } = found.value
        set({ rules: platforms, hashtags, problem: null, isReady: true })
      }
    },
    draftOf,
    look(photo, isSheetOpen) {
      inFront = { photo, isSheetOpen }
    },
    write: (photo, platform, caption) =>
      change(photo, {
        captions: { ...draftOf(photo).captions, [platform]: caption },
        done: null,
        previews: {},
      }),
    describe: (photo, altText) => change(photo, { altText, done: null }),
    choose(photo, platform, isChosen) {
      const usual = { ...state.usual, [platform]: isChosen }
      shelf.choose(usual)
      set({ usual })
      change(photo, { chosen: { ...draftOf(photo).chosen, [platform]: isChosen } })
    },
    takeBack: (photo) =>
      change(photo, { captions: draftOf(photo).replaced ?? {}, replaced: null, done: null }),
    save,

    async analyze(photo) {
      const { filename, metadata } = photo
      const before = draftOf(photo).captions
      // With captions there already, the person asks for other ones.
      const found = await during(photo, 'analyze', (onStage) =>
        adminApi.analyze(filename, photo.caption !== null, onStage),
      )
      if (!found) return
      const { caption, alt_text, sd_caption, platform_captions } = found
      const generated = { generic: caption, ...platform_captions }
      const news = {
        caption,
        sd_caption,
        has_sidecar: true,
        metadata: {
          ...metadata,
          ...(alt_text && { alt_text }),
          // What a person wrote still counts for the server.
          ...(!isPersons(photo) && { caption_generated: generated }),
        },
      }
      gallery.learn(filename, news)
      const saved = { ...photo, ...news }
      const captions = Object.entries(platform_captions).filter(
        ([platform, text]) => text !== knownCaption(saved, platform),
      )
      change(photo, {
        captions: Object.fromEntries(captions),
        replaced: Object.keys(before).length > 0 ? before : null,
        previews: {},
        done: 'written',
      })
      if (!isSeen(photo)) tell({ text: 'written', photo: filename, show: () => show(photo) })
    },

    async preview(photo) {
      const platforms = chosenOf(draftOf(photo), state.rules, state.usual)
      if (platforms.length === 0) return
      const asked = request(photo, platforms)
      const found = await during(photo, 'preview', () => adminApi.preview(photo.filename, asked))
      if (found) change(photo, { previews: found.results })
    },
    publish,

    async lookAgain(photo) {
      const { failure } = draftOf(photo)
      if (!failure) return
      const { filename } = photo
      const still = (problem: ApiProblem | undefined) =>
        change(photo, { failure: { during: failure.during, problem: problem ?? failure.problem } })
      if (failure.during === 'publish') {
        const platforms = state.rules.map(({ platform }) => platform)
        const found = await during(photo, 'look', () =>
          adminApi.preview(filename, { platforms, captions: {} }),
        )
        if (!found) return still(draftOf(photo).failure?.problem)
        const { outcomes, isUnderWay } = afterLostPublish(found)
        change(photo, { outcomes })
        if (isUnderWay) return still(pending)
        const arrived = Object.values(outcomes)
        if (arrived.length > 0 && found.archived) finishPublishing(photo, true)
        return
      }
      const found = await during(photo, 'look', () => adminApi.photo(filename))
      if (!found) return still(draftOf(photo).failure?.problem)
      gallery.learn(filename, found)
      const isNew = JSON.stringify(found.metadata) !== JSON.stringify(photo.metadata)
      settle(photo, found, {})
      if (isNew) change(photo, { done: 'written' })
      else still(pending)
    },

    curate: (photo, action) => curation.putAside(photo, action),

    async erase(photo) {
      const { filename } = photo
      const erased = await during(photo, 'delete', () => adminApi.curate(filename, 'delete'))
      if (!erased) return
      if (erased.preview_only) return tell({ text: 'testMode', photo: filename })
      shelf.put(keyOf(photo), { captions: {}, altText: null, work: null })
      tell({ text: 'deleted', photo: filename })
      gallery.leave(filename)
    },

    dismiss: () => set({ toast: null }),
    forget: () => set({ drafts: new Map(), toast: null, usual: {} }),
  }
}
