/** Line that explains a problem and offers a way out. */
import './problem-line.css'
import './remark.css'
import { useEffect, useState } from 'preact/hooks'
import { SignInLink, SignOutForm } from '../../account/account.tsx'
import { clock } from '../../clock.ts'
import { type ApiProblem, serverLanguage } from '../../problem.ts'
import { kindOf, retryAfterSeconds } from '../../problem-kind.ts'
import { texts } from '../../texts.ts'

export interface ProblemLineProps {
  problem: ApiProblem
  /** Repeats the failed action. Missing if a repetition cannot help. */
  onRetry?: (() => void) | undefined
  /** Default: "Try again". */
  retryText?: string | undefined
}

/** Problems that a repetition cannot solve. */
const final: ReadonlySet<string> = new Set([
  'not_signed_in',
  'not_admin',
  'sign_in_too_old',
  'feature_disabled',
  'cross_origin',
  'photo_not_found',
  'photo_changed',
  'sidecar_unreadable',
  'ai_refused',
])

const labels = texts.workbench
const problemTexts: Readonly<Record<string, { title: string; advice: string }>> = labels.problems

export function ProblemLine({ problem, onRetry, retryText = texts.tryAgain }: ProblemLineProps) {
  const kind = kindOf(problem)
  const { title, advice } = problemTexts[problem.code] ?? problemTexts[kind] ?? texts.problems[kind]
  const left = useSecondsLeft(problem)
  return (
    <div class="problem-line" role="alert">
      <p>
        <strong>{title}.</strong> {advice}
      </p>
      {problem.detail && (
        <p class="muted" lang={serverLanguage}>
          {problem.detail}
        </p>
      )}
      {problem.code === 'not_signed_in' && <SignInLink className="button action" />}
      {problem.code === 'sign_in_too_old' && <SignInLink className="button action" isFresh />}
      {problem.code === 'not_admin' && <SignOutForm className="button" />}
      {onRetry && !final.has(problem.code) && (
        <button type="button" class="button" disabled={left > 0} onClick={onRetry}>
          {left > 0 ? labels.waitFor(clock(left)) : retryText}
        </button>
      )}
      {problem.requestId && <p class="request-id">{texts.requestId(problem.requestId)}</p>}
    </div>
  )
}

/** Counts down the server's `Retry-After`. A rate limit without that header gets a short pause. */
function useSecondsLeft(problem: ApiProblem): number {
  const pause =
    problem.retryAfterSeconds ?? (kindOf(problem) === 'slowDown' ? retryAfterSeconds(problem, 1) : 0)
  const [left, setLeft] = useState(pause ?? 0)
  useEffect(() => {
    const end = Date.now() + (pause ?? 0) * 1000
    const tick = () => setLeft(Math.max(0, Math.ceil((end - Date.now()) / 1000)))
    tick()
    const timer = setInterval(tick, 1000)
    return () => clearInterval(timer)
  }, [problem])
  return left
}
