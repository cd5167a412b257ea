/** Log lines about faults in a runtime answer, for its operator. */
import { modelNotices } from '../../contract/model-notices.ts'
import type { RuntimeAnswer } from '../../contract/runtime-answer.ts'
import type { Logger } from '../telemetry/log.ts'

/** Logs unusable fields and models that will be retired. */
export function logNotices(log: Logger, { config, faults }: RuntimeAnswer): void {
  for (const fault of faults) log.warn('configuration field unusable', { ...fault })
  for (const { severity, text, ...notice } of modelNotices(config.ai)) {
    const stated = Object.fromEntries(
      Object.entries({ ...notice, notice: text }).filter(([, it]) => it !== null),
    )
    if (severity === 'critical') log.error('model notice', stated)
    else if (severity === 'info') log.info('model notice', stated)
    else log.warn('model notice', stated)
  }
}
