/** What went wrong, what to do about it, and the button for it. */
import './notice.css'
import { useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { SignInLink, SignOutForm } from '../account/account.tsx'
import { clock } from '../clock.ts'
import { ProblemIcon, UploadIcon } from '../icons.tsx'
import { type ApiProblem, serverLanguage } from '../problem.ts'
import { kindOf, type ProblemKind, retryAfterSeconds } from '../problem-kind.ts'
import { texts } from '../texts.ts'

export interface NoticeProps {
  problem: ApiProblem
  /** In a row, this one included. */
  failures: number
  /** Small, because the photo before is still there. */
  isOverPhoto: boolean
  /** The next attempt is under way. */
  isBusy: boolean
  onRetry: () => void
  onNext: () => void
  /** In place of the button that tries again. */
  instead?: { label: string; onClick: () => void } | undefined
  /** Opens the picker of files; `null` where the person cannot upload. */
  onUpload?: (() => void) | null
}

export function Notice(props: NoticeProps) {
  const { problem, failures, isOverPhoto, isBusy, onRetry, onNext, instead, onUpload } = props
  const kind = kindOf(problem)
  const { title, advice } = texts.problems[kind]
  const upload = kind === 'empty' || kind === 'rootMissing' ? onUpload : null
  const wait = useMemo(() => retryAfterSeconds(problem, failures), [problem, failures])
  const goesOn = kind === 'missing' || kind === 'unreadable'
  const wayToAccount = accountButton(problem)
  // The photo's and the grid's may be there at the same time.
  const titleId = useId()
  return (
    <section class={`notice ${isOverPhoto ? 'over-photo' : ''}`} aria-labelledby={titleId}>
      <ProblemIcon kind={kind} />
      <h2 id={titleId}>{title}</h2>
      <p>{advice}</p>
      {problem.detail && !isSaidBy(kind) && (
        <p class="muted" lang={serverLanguage}>
          {problem.detail}
        </p>
      )}
      <div class="actions">
        {wayToAccount}
        {upload && (
          <button type="button" class="button action" onClick={upload}>
            <UploadIcon />
            {texts.upload.choose}
          </button>
        )}
        <button
          type="button"
          class={`button ${wayToAccount || upload ? '' : 'action'}`}
          aria-busy={isBusy}
          onClick={instead?.onClick ?? (goesOn ? onNext : onRetry)}
        >
          {instead?.label ?? (goesOn ? texts.anotherPhoto : texts.tryAgain)}
        </button>
      </div>
      {wait !== null && <Countdown key={failures} seconds={wait} isPaused={isBusy} onEnd={onRetry} />}
      {problem.requestId && <p class="request-id">{texts.requestId(problem.requestId)}</p>}
    </section>
  )
}

/** What helps where it depends on who is looking. */
function accountButton({ code }: ApiProblem) {
  if (code === 'not_signed_in') return <SignInLink className="button action" />
  if (code === 'not_admin') return <SignOutForm className="button action" />
  return null
}

/** Our own words already say all of it. */
function isSaidBy(kind: ProblemKind): boolean {
  return kind === 'empty' || kind === 'folderEmpty' || kind === 'missing' || kind === 'notAdmin'
}

interface CountdownProps {
  seconds: number
  isPaused: boolean
  onEnd: () => void
}

/** Counts only while somebody looks, and ends at once when the connection is back. */
function Countdown({ seconds, isPaused, onEnd }: CountdownProps) {
  const [left, setLeft] = useState(seconds)
  const end = useRef(onEnd)
  // All in step with the page: whoever draws it again does not begin the time anew, and what is gone asks for nothing.
  useLayoutEffect(() => {
    end.current = onEnd
  })
  useLayoutEffect(() => {
    if (isPaused) return
    let rest = seconds
    const timer = setInterval(() => {
      if (document.hidden) return
      rest -= 1
      setLeft(rest)
      if (rest === 0) end.current()
    }, 1000)
    return () => clearInterval(timer)
  }, [seconds, isPaused])
  useLayoutEffect(() => {
    const onOnline = () => end.current()
    addEventListener('online', onOnline)
    return () => removeEventListener('online', onOnline)
  }, [])
  return <p class="muted countdown">{isPaused ? texts.retrying : texts.retriesIn(clock(left))}</p>
}
