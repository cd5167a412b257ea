/** Account menu in a corner of the bar: sign in, sign out, and notices for admins. */
import './account.css'
import { PersonIcon } from '../icons.tsx'
import { texts } from '../texts.ts'
import type { Account, AiNotice } from './account-api.ts'
import { forgetDrafts } from './signing-out.ts'

const menuId = 'account'

/** Renders nothing while the account is unknown, or if the gallery has no sign-in. */
export function AccountMenu({ account }: { account: Account | null }) {
  if (!account) return null
  const { email, isAdmin, canSignIn, notices } = account
  if (email === null) return canSignIn ? <SignInLink className="button quiet" /> : null
  return (
    <>
      <button
        type="button"
        class="button icon"
        aria-label={texts.account(email)}
        title={texts.account(email)}
        popovertarget={menuId}
      >
        <PersonIcon isAdmin={isAdmin} />
      </button>
      <section id={menuId} class="menu" popover="auto" aria-label={texts.account(email)}>
        <p class="muted">{texts.signedInAs}</p>
        <p class="email">{email}</p>
        {isAdmin ? (
          <a class="button" href="/settings">
            {texts.settings}
          </a>
        ) : (
          <p class="muted">{texts.notAdmin}</p>
        )}
        {notices.length > 0 && <AiNotices notices={notices} />}
        <SignOutForm className="button" />
        <SignOutForm className="button quiet" isEverywhere />
        <p class="muted">{texts.signOutEverywhereAdvice}</p>
      </section>
    </>
  )
}

function AiNotices({ notices }: { notices: readonly AiNotice[] }) {
  return (
    <ul class="ai-notices" aria-label={texts.aiNotices}>
      {notices.map((notice) => (
        <li key={JSON.stringify(notice)} class={notice.severity}>
          {texts.aiNotice(notice)}
        </li>
      ))}
    </ul>
  )
}

interface SignInLinkProps {
  className: string
  /** For pages with work in memory, such as a queue of uploads, which a redirect would discard. */
  isInNewTab?: boolean
  /** Requires a new sign-in from a visitor who is already signed in. */
  isFresh?: boolean
}

/** Link to the sign-in, which returns to the photo that is shown now. */
export function SignInLink({ className, isInNewTab = false, isFresh = false }: SignInLinkProps) {
  return (
    <a
      class={className}
      href={`/auth/login?${thisPage(isFresh ? { fresh: 'true' } : {})}`}
      {...(isInNewTab && { target: '_blank', rel: 'noopener' })}
    >
      {isFresh ? texts.signInAgain : texts.signIn}
      {isInNewTab && <span class="visually-hidden"> ({texts.opensInNewTab})</span>}
    </a>
  )
}

/** Form that signs out. The server accepts the form only from pages of its own host. */
export function SignOutForm({
  className,
  isEverywhere = false,
}: {
  className: string
  /** Signs out on all devices. */
  isEverywhere?: boolean
}) {
  const query = thisPage(isEverywhere ? { everywhere: 'true' } : {})
  return (
    <form method="post" action={`/auth/logout?${query}`} onSubmit={forgetDrafts}>
      <button type="submit" class={className}>
        {isEverywhere ? texts.signOutEverywhere : texts.signOut}
      </button>
    </form>
  )
}

function thisPage(more: Record<string, string>): URLSearchParams {
  return new URLSearchParams({ return_to: location.pathname + location.search, ...more })
}
