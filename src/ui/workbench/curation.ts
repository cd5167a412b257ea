/** Keeping and removing, at once: the next photo is there before the server has answered, and a failure brings the photo back. */
import type { Photo } from '../api.ts'
import type { Gallery } from '../gallery.ts'
import { adminApi } from './admin-api.ts'
import type { Toast } from './toast.ts'

export type CurationAction = 'keep' | 'remove'

export interface CurationTools {
  gallery: Gallery
  tell(toast: Toast): void
  /** The name of the photo that is shown now. */
  current(): string | null
}

export function createCuration({ gallery, tell, current }: CurationTools) {
  const moving = new Set<string>()

  async function restore(filename: string, from: CurationAction | 'archive'): Promise<void> {
    const result = await adminApi.curate(filename, 'restore', { from })
    if ('problem' in result) {
      const retry = () => void restore(filename, from)
      return tell({ text: 'notRestored', photo: filename, problem: result.problem, retry })
    }
    tell({ text: 'restored', photo: filename })
    gallery.visit(result.value.filename)
  }

  async function move(photo: Photo, action: CurationAction): Promise<void> {
    const { filename } = photo
    const answer = adminApi.curate(filename, action)
    const undo = async () => {
      const result = await answer
      if ('value' in result && !result.value.preview_only) await restore(result.value.filename, action)
    }
    tell({ text: action === 'keep' ? 'kept' : 'removed', photo: filename, undo: () => void undo() })
    gallery.leave(filename)
    const result = await answer
    if ('problem' in result) {
      const text = action === 'keep' ? 'notKept' : 'notRemoved'
      tell({ text, photo: filename, problem: result.problem, retry: () => putAside(photo, action) })
      return gallery.visit(filename, photo)
    }
    if (result.value.preview_only) {
      tell({ text: 'testMode', photo: filename })
      return gallery.visit(filename, photo)
    }
    // The walk may have come back to it before it was gone.
    if (current() === filename) gallery.leave(filename)
  }

  /** A second time while the first is under way does nothing. */
  function putAside(photo: Photo, action: CurationAction): void {
    const { filename } = photo
    if (moving.has(filename)) return
    moving.add(filename)
    void move(photo, action).finally(() => moving.delete(filename))
  }

  return { restore, putAside }
}
