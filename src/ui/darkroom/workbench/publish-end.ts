/** End of publishing: a message with the results, and the next photo if the published photo moved to the archive. */
import type { Gallery } from '../../gallery/gallery.ts'
import type { Photo } from '../../gallery/gallery-api.ts'
import type { DeskStore } from './desk-state.ts'
import { type Draft, isEverywhere, isHeldUp, keyOf } from './draft.ts'
import { requestFor } from './publish-request.ts'
import type { Republish } from './republish.ts'
import { headlineOf, isSendable, needsPerson, standingOf, withoutUnderWay } from './standing.ts'
import type { Toast } from './toast.ts'
import type { UndoOf } from './undo.ts'
import type { Work } from './work.ts'

export interface PublishEnd {
  /** Ends publishing with a toast, if it reached every platform or the admin has left the sheet. */
  finish(photo: Photo): void
  /** Drops results of attempts still under way. An archived photo gives way to the next. */
  leave(photo: Photo): void
}

export interface PublishEndTools {
  gallery: Gallery
  store: DeskStore
  work: Work
  /** Moves the photo from the archive back to the inbox. */
  restore(filename: string): Promise<void>
  undoOf: UndoOf
  republish: Republish
}

export function createPublishEnd(tools: PublishEndTools): PublishEnd {
  const { gallery, store, work, restore, undoOf, republish } = tools
  const { draftOf, change, tell } = store

  function leaveArchived(photo: Photo): void {
    const { filename } = photo
    const draft = draftOf(photo)
    const { archivedAs } = draft
    if (archivedAs === null) return
    const isDone = isEverywhere(draft)
    const failed = store.state.rules
      .map(({ platform }) => platform)
      .filter((platform) => draft.outcomes[platform] && isSendable(standingOf(draft, photo, platform)))
    const { captions } = requestFor(photo, draft, failed)
    if (isDone)
      store.set({ drafts: new Map([...store.state.drafts].filter(([key]) => key !== keyOf(photo))) })
    // The ledger has the failures, so the page can ask for them once the photo is back.
    else change(photo, { archivedAs: null, outcomes: {}, previews: {}, warnings: [] })
    const retry = () => void republish({ ...photo, filename: archivedAs }, { platforms: failed, captions })
    const undo = undoOf({ ...photo, filename: archivedAs }, 'archive', draft.outcomes)
    tell({
      ...resultsOf(photo, draft),
      text: isDone ? 'archived' : 'partly',
      ...(undo.undo ? undo : { moveBack: () => void restore(archivedAs) }),
      ...(failed.length > 0 && { retry }),
    })
    gallery.leave(filename)
  }

  return {
    finish(photo) {
      const draft = draftOf(photo)
      const isSeen = work.isSeen(photo)
      if (isEverywhere(draft)) store.unshelve(photo)
      else if (isSeen) return
      if (draft.archivedAs !== null) leaveArchived(photo)
      else if (!isSeen)
        tell({
          ...resultsOf(photo, draft),
          ...undoOf(photo, 'root', draft.outcomes),
          text: toastOf(draft),
          show: () => work.show(photo),
        })
    },
    leave(photo) {
      const draft = draftOf(photo)
      if (isHeldUp(draft)) return
      if (draft.archivedAs !== null) return leaveArchived(photo)
      const outcomes = withoutUnderWay(draft.outcomes)
      const isChanged = Object.keys(outcomes).length < Object.keys(draft.outcomes).length
      if (isChanged) change(photo, { outcomes, previews: {} })
    },
  }
}

/** Returns the parts of a toast that describe the results on each platform. */
function resultsOf({ filename }: Photo, { outcomes }: Draft) {
  return { says: headlineOf(outcomes), photo: filename, isFailure: needsPerson(outcomes) }
}

function toastOf(draft: Draft): Toast['text'] {
  if (isTest(draft)) return 'testMode'
  if (!isEverywhere(draft)) return 'notEverywhere'
  return draft.warnings.length > 0 ? 'notArchived' : 'published'
}

const isTest = ({ outcomes }: Draft) => Object.values(outcomes).some(({ skipped }) => skipped === 'dry_run')
