/** Status of a photo on a platform: icon, text, link to the post, and buttons. */
import './remark.css'
import './standing-line.css'
import type { ComponentChildren } from 'preact'
import { serverLanguage } from '../../problem.ts'
import { texts } from '../../texts.ts'
import { momentOf, type Standing } from './standing.ts'

export interface StandingLineProps {
  /** Name of the platform. */
  name: string
  standing: Standing
  /** True if an existing post is shown as a reason not to publish again. */
  isBefore?: boolean
  /** Further text and buttons. */
  children?: ComponentChildren
}

const labels = texts.workbench

export function StandingLine({ name, standing, isBefore = false, children }: StandingLineProps) {
  const { status, at, post_url: url, error } = standing
  return (
    <div class={`outcome ${status}`}>
      <p class="standing">
        <StandingIcon status={status} />
        <span>
          {standingText(name, status, momentOf(at), isBefore)}
          {url && (
            <>
              {' · '}
              <a href={url} target="_blank" rel="noopener noreferrer">
                {labels.viewPost}
                <span class="visually-hidden"> ({texts.opensInNewTab})</span>
              </a>
            </>
          )}
        </span>
      </p>
      {status !== 'published' && status !== 'retracted' && error && (
        <p class="muted" lang={serverLanguage}>
          {error}
        </p>
      )}
      {children}
    </div>
  )
}

function standingText(name: string, status: Standing['status'], when: string, isBefore: boolean): string {
  switch (status) {
    case 'published':
      return isBefore ? labels.alreadyThere(name, when) : labels.published(name, when)
    case 'failed':
      return `${labels.failed(name)}${when && ` · ${when}`}`
    case 'unknown':
      return labels.unknown(name)
    case 'in_progress':
      return labels.inProgress(name)
    case 'retracted':
      return labels.isRetracted(name, when)
  }
}

const shapes: Readonly<Record<Standing['status'], string>> = {
  published: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm-4 9.3 2.8 2.7 5.2-5.7',
  failed: 'M12 3.5 2.5 20h19zM12 10v4.500m0 2.500v.01',
  unknown:
    'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM9.5 9.500a2.5 2.5 0 1 1 3.5 2.300c-.7.3-1 .8-1 1.700m0 3v.01',
  in_progress: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4.500V12l3 2',
  retracted: 'M8.5 5 4.5 9l4 4M4.5 9h9.500a5 5 0 0 1 0 10H9',
}

/** Icon with a different shape for each status, for people who cannot tell the colours apart. */
export function StandingIcon({ status }: { status: Standing['status'] }) {
  return (
    <svg class="line-icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={shapes[status]} />
    </svg>
  )
}
