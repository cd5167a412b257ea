/** Texts about signing in and out, and about the account, in English. */
import type { AiNotice } from '../../account/account-api.ts'

export const accountTexts = {
  signIn: 'Sign in',
  signInAgain: 'Sign in again',
  signOut: 'Sign out',
  signOutEverywhere: 'Sign out everywhere',
  signOutEverywhereAdvice: 'Ends your sessions on all devices.',
  signedOut: {
    everywhere: 'You’re signed out on all devices. It can take a minute to reach them.',
    soon: 'You’re signed out here. Your other devices follow as soon as the server can tell them; check again in a few minutes.',
  },
  closeMessage: 'Close this message',
  signedInAs: 'Signed in as',
  account: (email: string) => `Account: ${email}`,
  aiNotices: 'Notices about the AI',
  aiNotice: ({ model, text, shutdown_date, recommended_replacement }: AiNotice) =>
    [
      model === null ? 'AI:' : model === 'vision' ? 'AI that describes photos:' : 'AI that writes captions:',
      text ?? 'its model will be retired.',
      shutdown_date && `Ends: ${shutdown_date}.`,
      recommended_replacement && `Replacement: ${recommended_replacement}.`,
    ]
      .filter(Boolean)
      .join(' '),
  notAdmin: 'You are not an admin of this gallery.',
}

export type AccountTexts = typeof accountTexts
