/** What goes out to the platforms: shown before, sent, and what became of it on each. */
import type { Photo } from '../../api.ts'
import type { Gallery } from '../../gallery/gallery.ts'
import { adminApi, ofContent, type PlatformName } from '../admin-api.ts'
import type { DeskStore } from './desk-state.ts'
import {
  altTextOf,
  type ByPlatform,
  captionOf,
  chosenOf,
  type Draft,
  isEverywhere,
  isHeldUp,
  keyOf,
  savedAltText,
} from './draft.ts'
import type { Republish } from './republish.ts'
import type { Saving } from './saving.ts'
import { headlineOf, isSendable, needsPerson, standingOf, withoutUnderWay } from './standing.ts'
import type { Toast } from './toast.ts'
import type { Work } from './work.ts'

export interface PublishOptions {
  platforms?: readonly PlatformName[]
  force?: boolean
}

export interface Publishing {
  preview(photo: Photo): Promise<void>
  /** To the chosen platforms, or to those named. */
  publish(photo: Photo, options?: PublishOptions): Promise<void>
  /** It has got through everywhere, or nobody looks: what became of it is said in passing. */
  finish(photo: Photo): void
  /** Forgets results that may change at any moment. A photo of the archive gives way to another one. */
  leave(photo: Photo): void
}

export interface PublishingTools {
  gallery: Gallery
  store: DeskStore
  work: Work
  saving: Saving
  /** Out of the archive again. */
  restore(filename: string): Promise<void>
  republish: Republish
}

export function createPublishing(tools: PublishingTools): Publishing {
  const { gallery, store, work, saving, restore, republish } = tools
  const { draftOf, change, tell } = store
  const chosenFor = (photo: Photo) => chosenOf(draftOf(photo), photo, store.state.rules, store.state.usual)

  const nameOf = (photo: Photo) => draftOf(photo).archivedAs ?? photo.filename

  /** As they are on the screen, for the server's own words may differ by then. */
  function request(photo: Photo, platforms: readonly PlatformName[]) {
    const draft = draftOf(photo)
    const captions = Object.fromEntries(
      platforms.map((platform) => [platform, captionOf(draft, photo, platform)]),
    )
    return { ...ofContent(photo), platforms, captions }
  }

  /** The server keeps what is published. */
  async function learn(photo: Photo, sent: ByPlatform<string>): Promise<void> {
    const found = await adminApi.photo(photo.filename)
    if ('problem' in found) return
    gallery.learn(photo.filename, found.value)
    saving.settle(photo, found.value, sent)
  }

  function leaveArchived(photo: Photo): void {
    const { filename } = photo
    const draft = draftOf(photo)
    const { archivedAs } = draft
    if (archivedAs === null) return
    const isDone = isEverywhere(draft)
    const failed = store.state.rules
      .map(({ platform }) => platform)
      .filter((platform) => draft.outcomes[platform] && isSendable(standingOf(draft, photo, platform)))
    const { captions } = request(photo, failed)
    if (isDone)
      store.set({ drafts: new Map([...store.state.drafts].filter(([key]) => key !== keyOf(photo))) })
    // The ledger knows what failed, and can be asked once the photo is back.
    else change(photo, { archivedAs: null, outcomes: {}, previews: {}, warnings: [] })
    const retry = () => void republish({ ...photo, filename: archivedAs }, { platforms: failed, captions })
    tell({
      text: isDone ? 'archived' : 'partly',
      says: headlineOf(draft.outcomes),
      photo: filename,
      isFailure: needsPerson(draft.outcomes),
      undo: () => void restore(archivedAs),
      ...(failed.length > 0 && { retry }),
    })
    gallery.leave(filename)
  }

  function finish(photo: Photo): void {
    const draft = draftOf(photo)
    const isDone = isEverywhere(draft)
    const isSeen = work.isSeen(photo)
    if (isDone) store.unshelve(photo)
    else if (isSeen) return
    if (draft.archivedAs !== null) leaveArchived(photo)
    else if (!isSeen) {
      const says = headlineOf(draft.outcomes)
      const show = () => work.show(photo)
      tell({
        text: toastOf(draft),
        says,
        photo: photo.filename,
        isFailure: needsPerson(draft.outcomes),
        show,
      })
    }
  }

  return {
    finish,
    leave(photo) {
      const draft = draftOf(photo)
      if (isHeldUp(draft)) return
      if (draft.archivedAs !== null) return leaveArchived(photo)
      const outcomes = withoutUnderWay(draft.outcomes)
      const isChanged = Object.keys(outcomes).length < Object.keys(draft.outcomes).length
      if (isChanged) change(photo, { outcomes, previews: {} })
    },
    async preview(photo) {
      const platforms = chosenFor(photo)
      if (platforms.length === 0) return
      const asked = request(photo, platforms)
      const found = await work.during(photo, 'preview', () => adminApi.preview(nameOf(photo), asked))
      if (!found) return
      const outcomes = withoutUnderWay(draftOf(photo).outcomes)
      change(photo, { previews: found.results, outcomes })
    },
    async publish(photo, { platforms = chosenFor(photo), force = false } = {}) {
      // Before they are saved: what is saved is a draft no more.
      const asked = request(photo, platforms)
      const draft = draftOf(photo)
      // The text for those who do not see the photo goes out from where it is saved.
      const isDescribed = altTextOf(draft, photo).trim() === savedAltText(photo)
      if (draft.archivedAs === null && !isDescribed && !(await saving.save(photo))) return
      const published = await work.during(photo, 'publish', (onStage) =>
        adminApi.publish(nameOf(photo), { ...asked, force }, onStage),
      )
      if (!published) return
      const { outcomes, chosen } = draftOf(photo)
      const { results, archived, filename, warnings = [] } = published
      const waiting = Object.entries(chosen).filter(
        ([platform]) => !results[platform as PlatformName]?.success,
      )
      change(photo, {
        outcomes: { ...outcomes, ...results },
        chosen: Object.fromEntries(waiting),
        archivedAs: archived ? filename : null,
        warnings,
      })
      if (!archived) await learn(photo, asked.captions)
      finish(photo)
    },
  }
}

function toastOf(draft: Draft): Toast['text'] {
  if (isTest(draft)) return 'testMode'
  if (!isEverywhere(draft)) return 'notEverywhere'
  return draft.warnings.length > 0 ? 'notArchived' : 'published'
}

const isTest = ({ outcomes }: Draft) => Object.values(outcomes).some(({ skipped }) => skipped === 'dry_run')
