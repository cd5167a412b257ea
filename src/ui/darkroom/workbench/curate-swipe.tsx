/** Swipe up to keep a photo, down to remove it. A sign shows the action while the finger is down. */
import './curate-swipe.css'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { texts } from '../../texts.ts'
import { KeepIcon, RemoveIcon } from '../icons.tsx'
import { listenToVerticalSwipes, thresholdOf } from './vertical-swipe.ts'

export interface CurateSwipeProps {
  /** Key of the shown photo. A swipe that began on another photo ends. */
  photo: string
  /** `null` if the gallery has this action switched off. */
  onKeep: (() => void) | null
  onRemove: (() => void) | null
}

type Way = 'keep' | 'remove'
const labels = texts.workbench.swipe

export function CurateSwipe({ photo, onKeep, onRemove }: CurateSwipeProps) {
  const sign = useRef<HTMLParagraphElement>(null)
  const cancel = useRef(() => {})
  // Layout effects, because the finger may be lifted as soon as another photo is painted.
  useLayoutEffect(() => () => cancel.current(), [photo])
  useLayoutEffect(() => {
    const listening = new AbortController()
    const end = listenToVerticalSwipes(
      {
        actionOf: (distance) => (distance < 0 ? onKeep : onRemove),
        show(distance, stage) {
          movePicture(stage, distance)
          if (sign.current) showSign(sign.current, distance, stage)
        },
      },
      listening.signal,
    )
    cancel.current = end
    return () => {
      end()
      listening.abort()
    }
  }, [onKeep, onRemove])
  return (
    <p class="swipe-sign" ref={sign} hidden aria-hidden="true">
      <span class="to-keep">
        <KeepIcon />
        <span class="not-yet">{labels.keep}</span>
        <span class="armed">{labels.keepNow}</span>
      </span>
      <span class="to-remove">
        <RemoveIcon />
        <span class="not-yet">{labels.remove}</span>
        <span class="armed">{labels.removeNow}</span>
      </span>
    </p>
  )
}

function movePicture(stage: HTMLElement, distance: number): void {
  const picture = stage.querySelector<HTMLElement>('.picture')
  if (picture) picture.style.transform = distance === 0 ? '' : `translateY(${distance}px)`
}

/** Shows the action of the swipe, and whether the swipe is long enough. */
function showSign(sign: HTMLElement, distance: number, stage: HTMLElement): void {
  sign.hidden = distance === 0
  if (distance === 0) return
  const way: Way = distance < 0 ? 'keep' : 'remove'
  const part = Math.abs(distance) / thresholdOf(stage)
  sign.dataset.way = way
  sign.dataset.armed = String(part >= 1)
  sign.style.setProperty('--part', String(Math.min(1, part)))
}
