/** Takes the posts of one photo back. Afterwards the photo may be published again. The photo stays where it is. */
import { type Changed, changePosts } from './change/everywhere.ts'
import type { ChangeReport, ChangeRequest, ChangeTools } from './change/job.ts'

/** Takes posts back where the platform allows it. Throws as `changePosts` does, before anything is changed. */
export function retractPhoto(
  tools: ChangeTools,
  request: ChangeRequest,
  report: ChangeReport,
): Promise<Changed> {
  return changePosts(tools, 'retract', request, {
    report,
    prepare: async (_found, ledger) => ({
      async carryOut({ retract }, { receipt }, signal) {
        await retract?.(receipt, signal)
        return (change) => ledger.retracted(change)
      },
      isAsWanted: async () => false,
    }),
  })
}
