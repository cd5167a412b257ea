/** Line about a change of a post: until when it is possible, or why it is not. */
import type { Possibility } from '../../gallery/gallery-api.ts'
import { serverLanguage } from '../../problem.ts'
import { texts } from '../../texts.ts'
import { momentOf } from './standing.ts'

const labels = texts.workbench

export function PossibilityLine({ kind, can }: { kind: 'retract' | 'correct'; can: Possibility }) {
  const remark = can.possible ? can.remark : can.reason
  return (
    <p class="muted">
      {can.possible ? labels.can[kind](momentOf(can.until ?? null)) : labels.cannot[kind]}
      {remark && <span lang={serverLanguage}> {remark}</span>}
    </p>
  )
}
