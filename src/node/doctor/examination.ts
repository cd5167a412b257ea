/** Runs checks one after another: each in bounded time, none ending the others, and none whose ground is missing. */
import { within } from '../../base/time.ts'
import { explain } from './explain.ts'
import { Trouble } from './trouble.ts'

export type Outcome = 'ok' | 'warning' | 'failed' | 'skipped'

export interface Finding {
  /** Stable, for programs: `dns`, `storage.list`, `credentials.telegram`. */
  id: string
  title: string
  outcome: Outcome
  /** What was found, in plain words without secrets. */
  said: string
  /** What to do about it. */
  todo?: string
}

/** What a check that came to its end found. */
export interface Verdict<T> {
  value: T
  said: string
  /** It works, and somebody should look at it. */
  warning?: boolean
  todo?: string
}

/** A check that was run, for those that build on it. */
export interface Step<T> {
  title: string
  /** `null`: it failed, or was skipped itself. */
  passed: { value: T } | null
}

export interface Examination {
  findings: readonly Finding[]
  /**
   * Runs the check unless `ground` did not pass. `advise` gives what to do where the failure itself does not say it. The signal fires
   * when the time is over.
   */
  check<G, T>(
    what: { id: string; title: string; advise?: ((error: unknown) => string | undefined) | undefined },
    ground: Step<G>,
    run: (value: G, signal: AbortSignal) => Promise<Verdict<T>>,
  ): Promise<Step<T>>
  /** Notes that something does not apply here. */
  skip(what: { id: string; title: string }, because: string): void
}

export interface ExaminationOptions {
  /** Longest time of one check. Milliseconds. */
  limitMs: number
  /** Takes secrets out of a text. */
  redact(text: string): string
  onFinding(finding: Finding): void
}

/** A ground that is always there. */
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

/** Stands where both do; named after the first that does not. */
export function both<A, B>(a: Step<A>, b: Step<B>): Step<[A, B]> {
  const { title } = a.passed ? b : a
  return { title, passed: a.passed && b.passed && { value: [a.passed.value, b.passed.value] } }
}

/** A check that heeds no signal is left behind when its time is over. */
async function inTime<G, R>(
  limitMs: number,
  run: (value: G, signal: AbortSignal) => Promise<R>,
  value: G,
): Promise<R> {
  const late = new Trouble(
    `there was no answer within ${limitMs / 1000} s`,
    'Try again; if it stays, look at the status page of the service and at the network in between.',
  )
  const limit = new AbortController()
  return within(run(value, limit.signal), limitMs, () => {
    limit.abort(late)
    return late
  })
}
