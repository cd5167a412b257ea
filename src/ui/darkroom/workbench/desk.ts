/** What an admin is doing with the photo on the desk: words being written, platforms chosen, results. Knows no components. */
import type { Gallery } from '../../gallery/gallery.ts'
import type { Photo } from '../../gallery/gallery-api.ts'
import { adminApi, type PlatformName } from '../admin-api.ts'
import { createAnalyze } from './analysis.ts'
import { type CurationAction, createCuration } from './curation.ts'
import { createDeskStore, type DeskState } from './desk-state.ts'
import type { Draft } from './draft.ts'
import type { Shelf } from './draft-shelf.ts'
import { createCheckAgain } from './lost-work.ts'
import { createPublishing, type PublishOptions } from './publishing.ts'
import { createRepublish, type Republish } from './republish.ts'
import { createSaving } from './saving.ts'
import type { Toast } from './toast.ts'
import { createWork } from './work.ts'

export type { DeskState }

export interface Desk {
  start(): Promise<void>
  draftOf(photo: Photo): Draft
  /** Asks for the photo again where it was fetched before its admin had signed in, or while it was being published. */
  complete(photo: Photo): Promise<void>
  /** The photo in front of the person, and whether they see what becomes of its words. */
  setViewed(photo: Photo | null, isSheetOpen: boolean): void
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
  /** Publishes a photo of the archive where that failed. */
  republish: Republish
  /** What became of work whose answer was lost. */
  checkAgain(photo: Photo): Promise<void>
  /** Nobody looks at its sheet any more. */
  leaveSheet(photo: Photo): void
  curate(photo: Photo, action: CurationAction): void
  erase(photo: Photo): Promise<void>
  dismiss(toasts: readonly Toast[]): void
  /** Nothing of this person stays. */
  forget(): void
}

export function createDesk(gallery: Gallery, shelf: Shelf, onChange: (state: DeskState) => void): Desk {
  const store = createDeskStore(shelf, onChange)
  const { draftOf, change, tell, set } = store
  const work = createWork(gallery, store, shelf)
  const curation = createCuration({ gallery, store, work })
  const saving = createSaving(gallery, store, work)
  const restore = (filename: string) => curation.restore(filename, 'archive')
  const republish = createRepublish(gallery, store)
  const publishing = createPublishing({ gallery, store, work, saving, restore, republish })

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
    async complete(photo) {
      const isUnderWay = photo.publications?.some(({ status }) => status === 'in_progress')
      if (photo.captions && !isUnderWay) return
      const found = await adminApi.photo(photo.filename)
      if ('value' in found) gallery.learn(photo.filename, found.value)
    },
    setViewed: work.setViewed,
    write: (photo, platform, caption) =>
      change(photo, {
        captions: { ...draftOf(photo).captions, [platform]: caption },
        done: null,
        previews: {},
      }),
    describe: (photo, altText) => change(photo, { altText, done: null }),
    choose(photo, platform, isChosen) {
      const usual = { ...store.state.usual, [platform]: isChosen }
      shelf.choose(usual)
      set({ usual })
      change(photo, { chosen: { ...draftOf(photo).chosen, [platform]: isChosen } })
    },
    takeBack: (photo) =>
      change(photo, { captions: draftOf(photo).replaced ?? {}, replaced: null, done: null }),
    save: saving.save,
    analyze: createAnalyze(gallery, store, work),
    preview: publishing.preview,
    publish: publishing.publish,
    republish,
    checkAgain: createCheckAgain({ gallery, store, work, saving, publishing }),
    leaveSheet: publishing.leave,
    curate(photo, action) {
      if (draftOf(photo).archivedAs === null) curation.putAside(photo, action)
    },
    async erase(photo) {
      const { filename } = photo
      const erased = await work.during(photo, 'delete', () => adminApi.curate(filename, 'delete'))
      if (!erased) return
      if (erased.preview_only) return tell({ text: 'testMode', photo: filename })
      store.unshelve(photo)
      tell({ text: 'deleted', photo: filename })
      gallery.leave(filename)
    },
    dismiss: store.dismiss,
    forget: () => set({ drafts: new Map(), toasts: [], usual: {} }),
  }
}
