/** Work on a photo that takes a while: its beginning, its stages and its failure are seen where the person looks. */
import type { Gallery } from '../../gallery/gallery.ts'
import type { Photo } from '../../gallery/gallery-api.ts'
import type { Result, Stage } from '../admin-api.ts'
import type { DeskStore } from './desk-state.ts'
import { isHeldUp, keyOf, type WorkKind } from './draft.ts'
import type { Shelf } from './draft-shelf.ts'

export interface Work {
  /** The photo in front of the person, and whether they see what becomes of its words. */
  setViewed(photo: Photo | null, isSheetOpen: boolean): void
  /** The name of the photo in front of the person. */
  current(): string | null
  isSeen(photo: Photo): boolean
  /** Puts the photo in front of the person again. */
  show(photo: Photo): void
  /** From now on, whether the person has done no more than to see what came in this photo's place. */
  watch(): () => boolean
  /** Gives what came of it; `null` where it failed, where other work on this photo is under way, and where a preview has given way to other work. */
  during<T>(
    photo: Photo,
    kind: WorkKind,
    act: (onStage: (stage: Stage) => void) => Promise<Result<T>>,
  ): Promise<T | null>
}

/** After a sign-in the person goes on where they were. */
const needsSignIn: ReadonlySet<string> = new Set(['not_signed_in', 'sign_in_too_old'])

export function createWork(gallery: Gallery, store: DeskStore, shelf: Shelf): Work {
  const { draftOf, change, tell } = store
  let inFront: { photo: Photo | null; isSheetOpen: boolean } = { photo: null, isSheetOpen: false }
  let moves = 0
  const latest = new Map<string, symbol>()
  const current = () => inFront.photo?.filename ?? null
  const isSeen = ({ filename }: Photo) => inFront.isSheetOpen && current() === filename
  const show = (photo: Photo) => gallery.visit(photo.filename, photo)
  return {
    setViewed(photo, isSheetOpen) {
      if (photo?.filename !== current() || (isSheetOpen && !inFront.isSheetOpen)) moves++
      inFront = { photo, isSheetOpen }
    },
    watch() {
      const before = moves
      return () => !inFront.isSheetOpen && moves <= before + 1
    },
    current,
    isSeen,
    show,
    async during(photo, kind, act) {
      if (isHeldUp(draftOf(photo))) return null
      const mine = Symbol(kind)
      latest.set(keyOf(photo), mine)
      const reached = (stages: readonly Stage[]) => change(photo, { work: { kind, stages } })
      change(photo, { failure: null, done: null, work: { kind, stages: [] } })
      const result = await act((stage) => reached([...(draftOf(photo).work?.stages ?? []), stage]))
      if (latest.get(keyOf(photo)) !== mine) return null
      const failure = 'problem' in result ? { during: kind, problem: result.problem } : null
      change(photo, { work: null, failure })
      if (failure && needsSignIn.has(failure.problem.code)) shelf.reopen(keyOf(photo))
      if (failure && !isSeen(photo)) {
        tell({ text: 'failed', photo: photo.filename, problem: failure.problem, show: () => show(photo) })
      }
      return 'value' in result ? result.value : null
    },
  }
}
