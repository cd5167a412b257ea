/** Line that explains a problem and offers a way out. */
import { type ApiProblem, serverLanguage } from '../problem.ts'
import { kindOf } from '../problem-kind.ts'
import { signInUrl } from './sign-in-url.ts'
import type { StudioProblem } from './studio-api.ts'
import { words } from './words.ts'

type ProblemWords = keyof typeof words.problems

/** Codes that ask for a sign-in of the last hours. */
const signInCodes: ReadonlySet<string> = new Set(['recent_sign_in_required', 'sign_in_too_old'])

export function problemWordsOf(problem: ApiProblem): ProblemWords {
  if (signInCodes.has(problem.code)) return 'signInAgain'
  if (problem.status === 401) return 'private'
  const kind = kindOf(problem)
  if (kind === 'notAdmin' || kind === 'offline' || kind === 'unreachable') return kind
  if (kind === 'slowDown' || kind === 'unavailable') return kind
  return problem.status >= 400 && problem.status < 500 ? 'refused' : 'failed'
}

export interface ProblemLineProps {
  problem: StudioProblem
  /** Repeats the failed action. Missing if a button of the page does the same. */
  onRetry?: (() => void) | undefined
}

export function ProblemLine({ problem, onRetry }: ProblemLineProps) {
  const kind = problemWordsOf(problem)
  const { title, advice } = words.problems[kind]
  const needsSignIn = kind === 'private' || kind === 'signInAgain'
  return (
    <div class="problem" role="alert">
      <p>
        <strong>{title}.</strong> {problem.reason ? words.refusal(problem.reason) : advice}
      </p>
      {problem.detail && !problem.errors && !needsSignIn && kind !== 'notAdmin' && (
        <p class="muted" lang={serverLanguage}>
          {problem.detail}
        </p>
      )}
      {problem.errors && (
        <ul>
          {problem.errors.map(({ path, detail }) => (
            <li key={path}>
              {path && `${words.fieldName(path)}: `}
              <span lang={serverLanguage}>{detail}</span>
            </li>
          ))}
        </ul>
      )}
      {needsSignIn && (
        <a class="button action" href={signInUrl(kind === 'signInAgain')}>
          {kind === 'private' ? words.signIn : words.signInAgain}
        </a>
      )}
      {kind === 'notAdmin' && (
        <form method="post" action="/auth/logout?return_to=%2Fsettings">
          <button type="submit" class="button">
            {words.signOut}
          </button>
        </form>
      )}
      {onRetry && !needsSignIn && kind !== 'notAdmin' && (
        <button type="button" class="button" onClick={onRetry}>
          {words.tryAgain}
        </button>
      )}
      {problem.requestId && kind === 'failed' && <p class="muted">{words.requestId(problem.requestId)}</p>}
    </div>
  )
}
