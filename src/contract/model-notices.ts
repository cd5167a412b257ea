/** Notices about the retirement of a tenant's AI models, and about their replacements. */
import { z } from 'zod'
import { block, choice, documented, type Field, field, isBlank, type ValueOf } from './lenient.ts'

const severities = ['info', 'warning', 'critical'] as const
export type Severity = (typeof severities)[number]

const maxNotices = 20
const maxNoticeLength = 500

/** Notices of any shape, as text. */
export const noticesField: Field<readonly string[]> = {
  accepts: `any notices, the first ${maxNotices} count`,
  read(value) {
    if (isBlank(value)) return []
    const entries: unknown[] = Array.isArray(value) ? value : [value]
    return entries
      .filter((entry) => !isBlank(entry))
      .slice(0, maxNotices)
      .map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry)).slice(0, maxNoticeLength))
  },
}

const short = field(z.string().max(maxNoticeLength), undefined, 'text of at most 500 characters')

const lifecycleFields = block({
  warning: documented(short, {
    description: 'Notice about the end of the model.',
    example: 'This model retires soon.',
  }),
  shutdown_date: documented(short, {
    description: 'Day on which the vendor switches the model off.',
    example: '2027-03-01',
  }),
  recommended_replacement: documented(short, {
    description: 'Model that replaces it.',
    example: 'gpt-5',
  }),
  severity: documented(choice(severities, 'warning'), {
    description: 'Log level of the notice, also shown to admins.',
    example: 'critical',
  }),
})

/** Known facts about the retirement of a model. */
export type Lifecycle = ValueOf<typeof lifecycleFields>

export const lifecycleField: Field<Lifecycle | undefined> = {
  ...lifecycleFields,
  read(value, path, faults) {
    const lifecycle = lifecycleFields.read(value, path, faults)
    const { warning, shutdown_date, recommended_replacement } = lifecycle
    return [warning, shutdown_date, recommended_replacement].every(isBlank) ? undefined : lifecycle
  },
}

/** A notice for logs and admins. */
export interface ModelNotice {
  /** The affected model; `null` if the control plane does not say. */
  model: 'vision' | 'caption' | null
  severity: Severity
  /** Text of the control plane; `null` if absent. */
  text: string | null
  /** Date as the control plane writes it, usually `YYYY-MM-DD`. */
  shutdown_date: string | null
  recommended_replacement: string | null
}

/** Lists the notices of a configuration's `ai` block, the models' life cycles first. */
export function modelNotices(ai: {
  model_notices: readonly string[]
  vision_model_lifecycle: Lifecycle | undefined
  caption_model_lifecycle: Lifecycle | undefined
}): ModelNotice[] {
  const ends = [
    { model: 'vision' as const, lifecycle: ai.vision_model_lifecycle },
    { model: 'caption' as const, lifecycle: ai.caption_model_lifecycle },
  ].flatMap(({ model, lifecycle }) =>
    lifecycle
      ? [
          {
            model,
            severity: lifecycle.severity,
            text: lifecycle.warning ?? null,
            shutdown_date: lifecycle.shutdown_date ?? null,
            recommended_replacement: lifecycle.recommended_replacement ?? null,
          },
        ]
      : [],
  )
  const others = ai.model_notices.map((text) => ({
    model: null,
    severity: 'warning' as const,
    text,
    shutdown_date: null,
    recommended_replacement: null,
  }))
  return [...ends, ...others]
}
