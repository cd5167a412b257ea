/** What goes out to the platforms: shown before, sent, and what became of it on each. */
import type { Photo } from '../api.ts'
import type { Gallery } from '../gallery.ts'
import { adminApi, type PlatformName } from './admin-api.ts'
import type { DeskStore } from './desk-state.ts'
import { altTextOf, type ByPlatform, captionOf, chosenOf, keyOf } from './draft.ts'
import { knownAltText } from './known-words.ts'
import type { Saving } from './saving.ts'
import type { Work } from './work.ts'

export interface PublishOptions {
  platforms?: readonly PlatformName[]
  force?: boolean
}

export interface Publishing {
  preview(photo: Photo): Promise<void>
  /** To the chosen platforms, or to those named. */
  publish(photo: Photo, options?: PublishOptions): Promise<void>
  /** It has got through everywhere. */
  finish(photo: Photo, archived: boolean): void
}

export interface PublishingTools {
  gallery: Gallery
  store: DeskStore
  work: Work
  saving: Saving
  /** Out of the archive again. */
  restore(filename: string): Promise<void>
}

export function createPublishing({ gallery, store, work, saving, restore }: PublishingTools): Publishing {
  const { draftOf, change, tell } = store
  const chosenFor = (photo: Photo) => chosenOf(draftOf(photo), store.state.rules, store.state.usual)

  /** As they are on the screen, for the server's own words may differ by then. */
  function request(photo: Photo, platforms: readonly PlatformName[]) {
    const draft = draftOf(photo)
    const captions = Object.fromEntries(
      platforms.map((platform) => [platform, captionOf(draft, photo, platform)]),
    )
    return { platforms, captions }
  }

  /** The server keeps what is published. */
  async function learn(photo: Photo, sent: ByPlatform<string>): Promise<void> {
    const found = await adminApi.photo(photo.filename)
    if ('problem' in found) return
    gallery.learn(photo.filename, found.value)
    saving.settle(photo, found.value, sent)
  }

  function finish(photo: Photo, archived: boolean): void {
    const { filename } = photo
    store.unshelve(photo)
    if (!archived) {
      if (!work.isSeen(photo)) tell({ text: 'published', photo: filename })
      return
    }
    store.set({ drafts: new Map([...store.state.drafts].filter(([key]) => key !== keyOf(photo))) })
    tell({ text: 'archived', photo: filename, undo: () => void restore(filename) })
    gallery.leave(filename)
  }

  return {
    finish,
    async preview(photo) {
      const platforms = chosenFor(photo)
      if (platforms.length === 0) return
      const asked = request(photo, platforms)
      const found = await work.during(photo, 'preview', () => adminApi.preview(photo.filename, asked))
      if (found) change(photo, { previews: found.results })
    },
    async publish(photo, { platforms = chosenFor(photo), force = false } = {}) {
      // The text for those who do not see the photo goes out from where it is saved.
      if (altTextOf(draftOf(photo), photo).trim() !== knownAltText(photo) && !(await saving.save(photo)))
        return
      const asked = request(photo, platforms)
      const published = await work.during(photo, 'publish', (onStage) =>
        adminApi.publish(photo.filename, { ...asked, force }, onStage),
      )
      if (!published) return
      const { outcomes, chosen } = draftOf(photo)
      const { results, archived } = published
      const waiting = Object.entries(chosen).filter(
        ([platform]) => !results[platform as PlatformName]?.success,
      )
      change(photo, { outcomes: { ...outcomes, ...results }, chosen: Object.fromEntries(waiting) })
      if (!archived) await learn(photo, asked.captions)
      if (platforms.every((platform) => results[platform]?.success)) finish(photo, archived)
    },
  }
}
