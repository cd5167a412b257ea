/** Runs checks one after another, each in bounded time. A failed check skips only the checks that depend on it. */
import { within } from '../../base/time.ts'
import { explain } from './explain.ts'
import { Trouble } from './trouble.ts'

export type Outcome = 'ok' | 'warning' | 'failed' | 'skipped'

export interface Finding {
  /** Stable, for programs: `dns`, `storage.list`, `credentials.telegram`. */
  id: string
  title: string
  outcome: Outcome
  /** Finding in plain words, without secrets. */
  said: string
  /** Advice for the operator. */
  todo?: string
}

/** Result of a check that did not fail. */
export interface Verdict<T> {
  value: T
  said: string
  /** True when the operator should look at the finding although the check passed. */
  warning?: boolean
  todo?: string
}

/** Finished check, on which other checks may depend. */
export interface Step<T> {
  title: string
  /** `null` if the check failed or was skipped. */
  passed: { value: T } | null
}

export interface Examination {
  findings: readonly Finding[]
  /**
   * Runs the check if `ground` passed. `advise` returns the advice for an error that carries none. The signal fires when the time limit is
   * over.
   */
  check<G, T>(
    what: { id: string; title: string; advise?: ((error: unknown) => string | undefined) | undefined },
    ground: Step<G>,
    run: (value: G, signal: AbortSignal) => Promise<Verdict<T>>,
  ): Promise<Step<T>>
  /** Records a check that does not apply here. */
  skip(what: { id: string; title: string }, because: string): void
}

export interface ExaminationOptions {
  /** Time limit of one check. */
  limitMs: number
  /** Removes secrets from a text. */
  redact(text: string): string
  onFinding(finding: Finding): void
}

/** Prerequisite that is always met. */
export const solid: Step<undefined> = { title: '', passed: { value: undefined } }

export function createExamination({ limitMs, redact, onFinding }: ExaminationOptions): Examination {
  const findings: Finding[] = []

  function note({ todo, ...finding }: Omit<Finding, 'todo'> & { todo?: string | undefined }): void {
    const clean = {
      ...finding,
      said: redact(finding.said),
      ...(todo !== undefined && { todo: redact(todo) }),
    }
    findings.push(clean)
    onFinding(clean)
  }

  return {
    findings,

    async check({ advise, ...what }, ground, run) {
      const { title } = what
      if (!ground.passed) {
        note({ ...what, outcome: 'skipped', said: `not checked, since “${ground.title}” did not pass` })
        return { title, passed: null }
      }
      try {
        const { value, said, ...verdict } = await inTime(limitMs, run, ground.passed.value)
        note({ ...what, outcome: verdict.warning ? 'warning' : 'ok', said, todo: verdict.todo })
        return { title, passed: { value } }
      } catch (error) {
        const why = explain(error)
        note({ ...what, outcome: 'failed', said: why.said, todo: why.todo ?? advise?.(error) })
        return { title, passed: null }
      }
    },

    skip: (what, because) => note({ ...what, outcome: 'skipped', said: because }),
  }
}

/** Passes if both steps passed. Takes the title of the first step that did not. */
export function both<A, B>(a: Step<A>, b: Step<B>): Step<[A, B]> {
  const { title } = a.passed ? b : a
  return { title, passed: a.passed && b.passed && { value: [a.passed.value, b.passed.value] } }
}

/** Runs a check within the time limit. Abandons a check that ignores its signal. */
async function inTime<G, R>(
  limitMs: number,
  run: (value: G, signal: AbortSignal) => Promise<R>,
  value: G,
): Promise<R> {
  const late = new Trouble(
    `no answer within ${limitMs / 1000} s`,
    'Try again. If the problem persists, check the status page of the service and the network in between.',
  )
  const limit = new AbortController()
  return within(run(value, limit.signal), limitMs, () => {
    limit.abort(late)
    return late
  })
}
