/** Work on a photo in words. */
import { texts } from '../../texts.ts'
import type { Draft } from './draft.ts'
import { stageWords } from './steps.tsx'

const words = texts.workbench

/** Names the work that is under way, by its latest stage where it has stages. */
export function workWords({ work }: Draft): string {
  return work?.kind === 'analyze' || work?.kind === 'publish' ? stageWords(work.stages) : words.working
}
