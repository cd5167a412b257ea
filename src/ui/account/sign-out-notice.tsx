/** Shows the result of 'Sign out everywhere' once, on the page that follows it. */
import './sign-out-notice.css'
import { useState } from 'preact/hooks'
import { CloseIcon } from '../icons.tsx'
import { texts } from '../texts.ts'

export type SignedOut = keyof typeof texts.signedOut

const parameter = 'signed_out'

/** Reads the result from the address and removes it there, so that copied links and reloads do not repeat the notice. */
export function takeSignOutNotice(): SignedOut | null {
  const url = new URL(location.href)
  const said = url.searchParams.get(parameter)
  if (said === null) return null
  url.searchParams.delete(parameter)
  history.replaceState(history.state, '', url)
  return said === 'everywhere' || said === 'soon' ? said : null
}

export function SignOutNotice({ signedOut }: { signedOut: SignedOut }) {
  const [isOpen, setOpen] = useState(true)
  if (!isOpen) return null
  return (
    <div class="sign-out-notice">
      <p role="status">{texts.signedOut[signedOut]}</p>
      <button
        type="button"
        class="button icon"
        aria-label={texts.closeMessage}
        onClick={() => setOpen(false)}
      >
        <CloseIcon />
      </button>
    </div>
  )
}
