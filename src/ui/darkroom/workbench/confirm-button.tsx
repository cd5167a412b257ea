/** Button that asks for confirmation, because its action cannot be undone. */
import './confirm-button.css'
import './remark.css'
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { texts } from '../../texts.ts'

export interface ConfirmButtonProps {
  class?: string
  question: string
  /** Label of the button that confirms. */
  yes: string
  isBusy: boolean
  onYes: () => void
  /** Label of the button that asks. */
  children: ComponentChildren
}

const labels = texts.workbench

export function ConfirmButton(props: ConfirmButtonProps) {
  const { class: className = '', question, yes, isBusy, onYes, children } = props
  const [isSure, setSure] = useState(false)
  const wasSure = useRef(isSure)
  const opener = useRef<HTMLButtonElement>(null)
  const cancel = useRef<HTMLButtonElement>(null)
  // Moves the focus to the button that replaces the pressed button.
  useLayoutEffect(() => {
    if (isSure !== wasSure.current) (isSure ? cancel : opener).current?.focus()
    wasSure.current = isSure
  }, [isSure])
  if (!isSure) {
    return (
      <button
        type="button"
        class={`button ${className}`}
        ref={opener}
        disabled={isBusy}
        onClick={() => setSure(true)}
      >
        {children}
      </button>
    )
  }
  return (
    <div class="confirmation" role="alert">
      <p>{question}</p>
      <div class="buttons">
        <button type="button" class="button" ref={cancel} onClick={() => setSure(false)}>
          {labels.deleteNo}
        </button>
        <button
          type="button"
          class="button danger"
          // Not `disabled`, which would drop the focus when the action fails.
          aria-disabled={isBusy}
          onClick={() => !isBusy && onYes()}
        >
          {isBusy ? labels.working : yes}
        </button>
      </div>
    </div>
  )
}
