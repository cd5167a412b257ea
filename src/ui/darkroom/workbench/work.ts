/** Long-running work on a photo: its stages and failures go to the sheet, or to a toast if the sheet is closed. */
import type { Gallery } from '../../gallery/gallery.ts'
import type { Photo } from '../../gallery/gallery-api.ts'
import type { Result, Stage } from '../admin-api.ts'
import type { DeskStore } from './desk-state.ts'
import { isHeldUp, keyOf, type WorkKind } from './draft.ts'
import type { Shelf } from './draft-shelf.ts'

export interface Work {
  /** Records the shown photo and whether its sheet is open. */
  setViewed(photo: Photo | null, isSheetOpen: boolean): void
  /** Returns the name of the shown photo. */
  current(): string | null
  isSeen(photo: Photo): boolean
  /** Shows the photo again. */
  show(photo: Photo): void
  /** Starts watching the admin. The returned function is true while no sheet is open and at most one other photo was shown. */
  watch(): () => boolean
  /** Runs the work. Resolves with `null` if it failed, other work is under way, or other work replaced a preview. */
  during<T>(
    photo: Photo,
    kind: WorkKind,
    act: (onStage: (stage: Stage) => void) => Promise<Result<T>>,
  ): Promise<T | null>
}

/** Problems after which the sheet opens again once the admin has signed in. */
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
