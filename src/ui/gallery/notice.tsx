/** Notice that explains a problem and offers a way out. */
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
  /** Consecutive failures, the latest failure included. */
  failures: number
  /** True while the previous photo is still shown, which makes the notice small. */
  isOverPhoto: boolean
  /** True while the next attempt is under way. */
  isBusy: boolean
  onRetry: () => void
  onNext: () => void
  /** Replaces the button that retries. */
  instead?: { label: string; onClick: () => void } | undefined
  /** Opens the file picker; `null` if the visitor cannot upload. */
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
  // Unique, because the notices of the photo and of the grid may coexist.
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

/** Button that signs in or out, for problems that another account would solve. */
function accountButton({ code }: ApiProblem) {
  if (code === 'not_signed_in') return <SignInLink className="button action" />
  if (code === 'not_admin') return <SignOutForm className="button action" />
  return null
}

/** True if the page's own text already contains the server's detail. */
function isSaidBy(kind: ProblemKind): boolean {
  return kind === 'empty' || kind === 'folderEmpty' || kind === 'missing' || kind === 'notAdmin'
}

interface CountdownProps {
  seconds: number
  isPaused: boolean
  onEnd: () => void
}

/** Countdown to a retry. Pauses in a hidden tab, and ends at once when the connection returns. */
function Countdown({ seconds, isPaused, onEnd }: CountdownProps) {
  const [left, setLeft] = useState(seconds)
  const end = useRef(onEnd)
  // Layout effects: a render does not restart the countdown, and a removed notice starts no retry.
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
