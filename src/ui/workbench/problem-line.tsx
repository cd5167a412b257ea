/** A problem in one place of the page, with what to do about it. */
import { SignInLink } from '../account.tsx'
import type { ApiProblem } from '../api.ts'
import { kindOf } from '../problem-kind.ts'
import { texts } from '../texts.ts'

/** Nothing that was typed is lost: the words stay where they are. */
export function ProblemLine({ problem }: { problem: ApiProblem }) {
  const { title, advice } = { ...texts.problems[kindOf(problem)], ...texts.workbench.problems[problem.code] }
  return (
    <div class="problem-line" role="alert">
      <p>
        <strong>{title}.</strong> {problem.detail ?? advice}
      </p>
      {problem.code === 'not_signed_in' && <SignInLink className="button" />}
      {problem.requestId && <p class="request-id">{texts.requestId(problem.requestId)}</p>}
    </div>
  )
}
