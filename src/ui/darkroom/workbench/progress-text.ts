/** Work on a photo in words. */
import { texts } from '../../texts.ts'
import type { Draft } from './draft.ts'
import { stageText } from './steps.tsx'

const labels = texts.workbench

/** Names the work that is under way, by its latest stage where it has stages. */
export function progressText({ work }: Draft): string {
  return work?.kind === 'analyze' || work?.kind === 'publish' ? stageText(work.stages) : labels.working
}
