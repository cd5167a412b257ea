/** Undo after publishing: takes back what was just sent, wherever a channel can. */
import type { Folder } from '../../../ports/photo.ts'
import type { Photo } from '../../gallery/gallery-api.ts'
import { texts } from '../../texts.ts'
import type { ChannelName, PlatformOutcome } from '../admin-api.ts'
import { titlesOf } from './channel-title.ts'
import type { DeskStore } from './desk-state.ts'
import type { ByPlatform } from './draft.ts'
import type { PostChanges } from './post-changes.ts'
import type { Toast } from './toast.ts'

export interface UndoTools {
  store: DeskStore
  changes: PostChanges
  /** Moves the photo from the archive back to the inbox. */
  restore(filename: string): Promise<void>
}

/** Returns the Undo of a toast about these results, and a note about the posts that Undo leaves. Empty if nothing can be undone. */
export type UndoOf = (
  photo: Photo,
  folder: Folder,
  results: ByPlatform<PlatformOutcome>,
) => Pick<Toast, 'undo' | 'note'>

const labels = texts.workbench

export function createUndo({ store, changes, restore }: UndoTools): UndoOf {
  async function undo(photo: Photo, folder: Folder, channels: readonly ChannelName[]): Promise<void> {
    const waiting: Toast = { text: 'retracting', photo: photo.filename }
    store.tell(waiting)
    const all = Object.entries(await changes.retract(photo, folder, channels))
    store.dismiss([waiting])
    // Other work on the photo is under way.
    if (all.length === 0) return
    const failed = all.filter(([, { success }]) => !success)
    const failedNames = failed.map(([channel]) => channel)
    const done = channels.filter((channel) => !failedNames.includes(channel))
    const [, { problem, error } = {}] = failed[0] ?? []
    store.tell({
      text: problem ? 'notRetracted' : 'retracted',
      photo: photo.filename,
      says: labels.retracted(titlesOf(done), titlesOf(failedNames)),
      isFailure: failed.length > 0,
      ...(problem && { problem }),
      ...(error && { error }),
      ...(failed.length > 0 && { retry: () => void undo(photo, folder, failedNames) }),
      ...(done.length > 0 && folder === 'archive' && { moveBack: () => void restore(photo.filename) }),
    })
  }

  return (photo, folder, results) => {
    const sent = Object.entries(results).filter(([, { success, skipped }]) => success && !skipped)
    const can = sent.filter(([, { retract }]) => retract?.possible).map(([channel]) => channel)
    const others = sent.map(([channel]) => channel).filter((channel) => !can.includes(channel))
    if (can.length === 0) return {}
    return {
      undo: () => void undo(photo, folder, can),
      ...(others.length > 0 && { note: labels.undoLeaves(titlesOf(others)) }),
    }
  }
}
