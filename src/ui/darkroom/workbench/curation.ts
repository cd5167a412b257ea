/** Keep and remove without waiting for the server. After a failure the photo returns, unless the admin has moved on. */
import type { Gallery } from '../../gallery/gallery.ts'
import type { Photo } from '../../gallery/gallery-api.ts'
import { adminApi } from '../admin-api.ts'
import type { DeskStore } from './desk-state.ts'
import type { Toast } from './toast.ts'
import type { Work } from './work.ts'

export type CurationAction = 'keep' | 'remove'

export interface CurationTools {
  gallery: Gallery
  store: DeskStore
  work: Work
}

export function createCuration({ gallery, store, work }: CurationTools) {
  const { tell, dismiss } = store
  const moving = new Set<string>()

  async function restore(filename: string, from: CurationAction | 'archive'): Promise<void> {
    const result = await adminApi.curate(filename, 'restore', { from })
    if ('problem' in result) {
      const retry = () => void restore(filename, from)
      return tell({ text: 'notRestored', photo: filename, problem: result.problem, retry })
    }
    tell({ text: 'restored', photo: filename })
    gallery.comeBack(result.value.filename, undefined, true)
  }

  async function move(photo: Photo, action: CurationAction): Promise<void> {
    const { filename } = photo
    const answer = adminApi.curate(filename, action)
    const undo = async () => {
      const result = await answer
      if ('value' in result && !result.value.preview_only) await restore(result.value.filename, action)
    }
    const done: Toast = {
      text: action === 'keep' ? 'kept' : 'removed',
      photo: filename,
      undo: () => void undo(),
    }
    const isUndisturbed = work.watch()
    tell(done)
    gallery.leave(filename, 'root', answer)
    const result = await answer
    if ('problem' in result || result.value.preview_only) {
      dismiss([done])
      const isShown = gallery.comeBack(filename, photo, isUndisturbed())
      const show = isShown ? {} : { show: () => work.show(photo) }
      if (!('problem' in result)) return tell({ text: 'testMode', photo: filename, ...show })
      const text = action === 'keep' ? 'notKept' : 'notRemoved'
      const retry = () => putAside(photo, action)
      return tell({ text, photo: filename, problem: result.problem, retry, ...show })
    }
    // The walk may have shown this photo again before the server moved it.
    if (work.current() === filename) gallery.leave(filename)
  }

  /** Keeps or removes a photo. Ignores a repeated call while the first is under way. */
  function putAside(photo: Photo, action: CurationAction): void {
    const { filename } = photo
    if (moving.has(filename)) return
    moving.add(filename)
    void move(photo, action).finally(() => moving.delete(filename))
  }

  return { restore, putAside }
}
