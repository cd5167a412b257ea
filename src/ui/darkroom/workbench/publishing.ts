/** Preview and publishing of a photo. */
import type { Photo } from '../../gallery/gallery-api.ts'
import { adminApi, type ChannelName } from '../admin-api.ts'
import { altTextOf, type ByPlatform, chosenOf, savedAltText } from './draft.ts'
import { createPublishEnd, type PublishEnd, type PublishEndTools } from './publish-end.ts'
import { requestFor } from './publish-request.ts'
import type { Saving } from './saving.ts'
import { withoutUnderWay } from './standing.ts'

export interface PublishOptions {
  platforms?: readonly ChannelName[]
  force?: boolean
}

export interface Publishing extends PublishEnd {
  preview(photo: Photo): Promise<void>
  /** Publishes to the named platforms, by default to those that the admin chose. */
  publish(photo: Photo, options?: PublishOptions): Promise<void>
}

export interface PublishingTools extends PublishEndTools {
  saving: Saving
}

export function createPublishing(tools: PublishingTools): Publishing {
  const { gallery, store, work, saving } = tools
  const { draftOf, change } = store
  const end = createPublishEnd(tools)
  const chosenFor = (photo: Photo) => chosenOf(draftOf(photo), photo, store.state.rules, store.state.usual)
  const nameOf = (photo: Photo) => draftOf(photo).archivedAs ?? photo.filename

  /** Reloads the photo, because publishing saves its captions. */
  async function learn(photo: Photo, sent: ByPlatform<string>): Promise<void> {
    const found = await adminApi.photo(photo.filename)
    if ('problem' in found) return
    gallery.learn(photo.filename, found.value)
    saving.settle(photo, found.value, sent)
  }

  return {
    ...end,
    async preview(photo) {
      const platforms = chosenFor(photo)
      if (platforms.length === 0) return
      const asked = requestFor(photo, draftOf(photo), platforms)
      const found = await work.during(photo, 'preview', () => adminApi.preview(nameOf(photo), asked))
      if (!found) return
      const outcomes = withoutUnderWay(draftOf(photo).outcomes)
      change(photo, { previews: found.results, outcomes })
    },
    async publish(photo, { platforms = chosenFor(photo), force = false } = {}) {
      // Built before saving, which clears the draft.
      const asked = requestFor(photo, draftOf(photo), platforms)
      const draft = draftOf(photo)
      // The server publishes the saved alt text, so the page saves it first.
      const isDescribed = altTextOf(draft, photo).trim() === savedAltText(photo)
      if (draft.archivedAs === null && !isDescribed && !(await saving.save(photo))) return
      const published = await work.during(photo, 'publish', (onStage) =>
        adminApi.publish(nameOf(photo), { ...asked, force }, onStage),
      )
      if (!published) return
      const { outcomes, chosen } = draftOf(photo)
      const { results, archived, filename, warnings = [] } = published
      const waiting = Object.entries(chosen).filter(([platform]) => !results[platform]?.success)
      change(photo, {
        outcomes: { ...outcomes, ...results },
        chosen: Object.fromEntries(waiting),
        archivedAs: archived ? filename : null,
        warnings,
      })
      if (!archived) await learn(photo, asked.captions)
      end.finish(photo)
    },
  }
}
