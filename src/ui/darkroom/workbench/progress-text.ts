/** Text about the work under way on a photo. */
import { texts } from '../../texts.ts'
import type { Draft } from './draft.ts'
import { stageText } from './steps.tsx'

const labels = texts.workbench

/** Returns the latest stage of the work under way, or a general text for work without stages. */
export function progressText({ work }: Draft): string {
  return work?.kind === 'analyze' || work?.kind === 'publish' ? stageText(work.stages) : labels.working
}
