/** Who is signed in, in a corner of the bar: the way in, and the way out. */
import type { Account } from './api.ts'
import { PersonIcon } from './icons.tsx'
import { forgetDrafts } from './signing-out.ts'
import { texts } from './texts.ts'

const menuId = 'account'

/** Nothing while nobody knows, and where nobody can sign in. */
export function AccountMenu({ account }: { account: Account | null }) {
  if (!account) return null
  const { email, isAdmin, canSignIn } = account
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
        {!isAdmin && <p class="muted">{texts.notAdmin}</p>}
        <SignOutForm className="button" />
      </section>
    </>
  )
}

interface SignInLinkProps {
  className: string
  /** Where this page holds what would be lost with it. */
  isInNewTab?: boolean
}

/** Leads back to the photo that is shown now. */
export function SignInLink({ className, isInNewTab = false }: SignInLinkProps) {
  return (
    <a
      class={className}
      href={`/auth/login?${thisPage()}`}
      {...(isInNewTab && { target: '_blank', rel: 'noopener' })}
    >
      {texts.signIn}
      {isInNewTab && <span class="visually-hidden"> ({texts.opensInNewTab})</span>}
    </a>
  )
}

/** The server takes this from a page of its own host only. */
export function SignOutForm({ className }: { className: string }) {
  return (
    <form method="post" action={`/auth/logout?${thisPage()}`} onSubmit={forgetDrafts}>
      <button type="submit" class={className}>
        {texts.signOut}
      </button>
    </form>
  )
}

function thisPage(): URLSearchParams {
  return new URLSearchParams({ return_to: location.pathname + location.search })
}
