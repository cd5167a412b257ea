/** Progress of an analysis as a row of steps. */
import './steps.css'
import { texts } from '../../texts.ts'
import type { Stage } from '../admin-api.ts'
import { titleOf } from './channel-title.ts'

const labels = texts.workbench
/** Texts by the server's stage names. A newer server may send stages that this page does not know. */
export const stageTexts: Readonly<Record<string, (platform: string) => string>> = labels.stages
const steps = ['reading', 'looking', 'writing_captions', 'saving'] as const

export function Steps({ stages }: { stages: readonly Stage[] }) {
  const named = new Set(stages.map(({ stage }) => stage))
  const reached = steps.findLastIndex((step) => named.has(step))
  return (
    <ol class="steps">
      {steps.map((step, index) => (
        <li
          key={step}
          class={index < reached ? 'past' : index === reached ? 'now' : ''}
          aria-current={index === reached ? 'step' : undefined}
        >
          {labels.steps[step]}
        </li>
      ))}
    </ol>
  )
}

/** Returns the text of the latest stage. */
export function stageText(stages: readonly Stage[]): string {
  const { stage, platform } = stages.at(-1) ?? { stage: 'asking' }
  return stageTexts[stage]?.(titleOf(platform ?? '')) ?? labels.working
}
