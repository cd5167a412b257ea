/** English texts about signing in and out, and about the account. */
import type { AiNotice } from '../../account/account-api.ts'

export const accountTexts = {
  signIn: 'Sign in',
  signInAgain: 'Sign in again',
  signOut: 'Sign out',
  signOutEverywhere: 'Sign out everywhere',
  signOutEverywhereAdvice: 'Signs you out on all your devices.',
  signedOut: {
    everywhere: 'You’re signed out on all devices. Other devices may take up to a minute.',
    soon: 'You’re signed out on this device. Your other devices will follow; check them in a few minutes.',
  },
  closeMessage: 'Close this message',
  settings: 'Settings',
  signedInAs: 'Signed in as',
  account: (email: string) => `Account: ${email}`,
  aiNotices: 'AI notices',
  aiNotice: ({ model, text, shutdown_date, recommended_replacement }: AiNotice) =>
    [
      model === null ? 'AI:' : model === 'vision' ? 'Photo description AI:' : 'Caption AI:',
      text ?? 'This model will be retired.',
      shutdown_date && `Shutdown: ${shutdown_date}.`,
      recommended_replacement && `Replacement: ${recommended_replacement}.`,
    ]
      .filter(Boolean)
      .join(' '),
  notAdmin: 'You’re not an admin of this gallery.',
}

export type AccountTexts = typeof accountTexts
