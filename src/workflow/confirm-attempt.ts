/** Asks a platform about an earlier attempt whose outcome is unknown. */
import { unlessAborted } from '../base/time.ts'
import type { Attempt, Posted, Publisher } from '../ports/publisher.ts'

/** Longest wait for the platform's answer. */
const askingMs = 30_000

export type Confirm = NonNullable<Publisher['confirm']>

/** Asks as {@link Publisher.confirm} does. Times out even if the publisher ignores its signal. */
export function confirmAttempt(confirm: Confirm, attempt: Attempt): Promise<Posted | null> {
  const signal = AbortSignal.timeout(askingMs)
  return unlessAborted(confirm(attempt, signal), signal)
}
