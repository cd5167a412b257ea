/** Work of an admin on photos: captions, chosen platforms, publishing and results. Independent of components. */
import type { Rating } from '../../../contract/rating.ts'
import type { Gallery } from '../../gallery/gallery.ts'
import type { Photo } from '../../gallery/gallery-api.ts'
import { adminApi, type ChannelName, type VariantKind } from '../admin-api.ts'
import { createAnalyze } from './analysis.ts'
import { setChannels } from './channel-title.ts'
import { type CurationAction, createCuration } from './curation.ts'
import { createDeskStore, type DeskState } from './desk-state.ts'
import type { Draft } from './draft.ts'
import type { Shelf } from './draft-shelf.ts'
import { createCheckAgain } from './lost-work.ts'
import { createPostChanges, type PostChanges } from './post-changes.ts'
import { createPublishing, type PublishOptions } from './publishing.ts'
import { createRate } from './rating.ts'
import { createRepublish, type Republish } from './republish.ts'
import { createSaving } from './saving.ts'
import type { Toast } from './toast.ts'
import { createUndo } from './undo.ts'
import { createVary } from './variants.tsx'
import { createWork } from './work.ts'

export type { DeskState }

export interface Desk extends PostChanges {
  start(): Promise<void>
  draftOf(photo: Photo): Draft
  /** Reloads a photo that was fetched before the sign-in or during publishing, or that may have words inside. */
  complete(photo: Photo): Promise<void>
  /** Records the shown photo and whether its sheet is open. */
  setViewed(photo: Photo | null, isSheetOpen: boolean): void
  write(photo: Photo, platform: ChannelName, caption: string): void
  describe(photo: Photo, altText: string): void
  choose(photo: Photo, platform: ChannelName, isChosen: boolean): void
  /** Restores the captions that the AI or a variant replaced. */
  takeBack(photo: Photo): void
  save(photo: Photo): Promise<boolean>
  rate(photo: Photo, rating: Rating): Promise<void>
  analyze(photo: Photo): Promise<void>
  /** Replaces the draft's captions with a variant. */
  vary(photo: Photo, kind: VariantKind): Promise<void>
  preview(photo: Photo): Promise<void>
  /** Publishes to the named platforms, by default to those that the admin chose. */
  publish(photo: Photo, options?: PublishOptions): Promise<void>
  /** Publishes an archived photo to platforms where it failed. */
  republish: Republish
  /** Checks the outcome of work whose answer was lost. */
  checkAgain(photo: Photo): Promise<void>
  /** Called when the photo's sheet is closed. */
  leaveSheet(photo: Photo): void
  curate(photo: Photo, action: CurationAction): void
  erase(photo: Photo): Promise<void>
  dismiss(toasts: readonly Toast[]): void
  /** Drops all drafts and messages, after a sign-out. */
  forget(): void
}

export function createDesk(gallery: Gallery, shelf: Shelf, onChange: (state: DeskState) => void): Desk {
  const store = createDeskStore(shelf, onChange)
  const { draftOf, change, tell, set } = store
  const work = createWork(gallery, store, shelf)
  const curation = createCuration({ gallery, store, work })
  const saving = createSaving(gallery, store, work)
  const changes = createPostChanges(gallery, store)
  const restore = (filename: string) => curation.restore(filename, 'archive')
  const undoOf = createUndo({ store, changes, restore })
  const republish = createRepublish(gallery, store, undoOf)
  const publishing = createPublishing({ gallery, store, work, saving, restore, undoOf, republish })

  return {
    async start() {
      set({})
      const found = await adminApi.captionRules()
      if ('problem' in found) set({ problem: found.problem, isReady: true })
      else {
        const { platforms, hashtags } = found.value
        setChannels(platforms)
        set({ rules: platforms, hashtags, problem: null, isReady: true })
      }
    },
    draftOf,
    async complete(photo) {
      const isUnderWay = photo.publications?.some(({ status }) => status === 'in_progress')
      const isUnread = photo.embedded_known === false && !photo.caption
      if (photo.captions && !isUnderWay && !isUnread) return
      const found = await adminApi.photo(photo.filename, isUnread ? { embedded: 'read' } : {})
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
    vary: createVary(store, work),
    preview: publishing.preview,
    publish: publishing.publish,
    republish,
    ...changes,
    rate: createRate(gallery, store, work),
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
