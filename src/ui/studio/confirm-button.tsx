/** Button that asks for confirmation, because its action cannot be undone. */
import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { words } from './words.ts'

export interface ConfirmButtonProps {
  question: string
  /** Label of the button that confirms. */
  yes: string
  isBusy: boolean
  onYes: () => void
  /** Label of the button that asks. */
  children: ComponentChildren
}

export function ConfirmButton({ question, yes, isBusy, onYes, children }: ConfirmButtonProps) {
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
      <button type="button" class="button quiet" ref={opener} onClick={() => setSure(true)}>
        {children}
      </button>
    )
  }
  return (
    <div class="confirmation" role="alert">
      <p>{question}</p>
      <div class="actions">
        <button type="button" class="button" ref={cancel} onClick={() => setSure(false)}>
          {words.cancel}
        </button>
        <button
          type="button"
          class="button danger"
          aria-disabled={isBusy}
          aria-busy={isBusy}
          onClick={() => !isBusy && onYes()}
        >
          {isBusy ? words.working : yes}
        </button>
      </div>
    </div>
  )
}
