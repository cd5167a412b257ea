/** Texts an admin reads about a problem in the workbench, by the code or else by the kind of the problem, in English. */

export const workbenchProblems = {
  answer_lost: {
    title: 'Connection lost',
    advice: 'The server is still working; check again in a moment. Nothing is published twice.',
  },
  answer_pending: {
    title: 'Nothing new yet',
    advice: 'The server may still be working. Check again in a moment.',
  },
  not_signed_in: {
    title: 'You are signed out',
    advice: 'Your words are kept on this device. Sign in to continue where you left off.',
  },
  not_admin: {
    title: 'You are no longer an admin here',
    advice: 'Nothing was changed. Sign out to use another account; unsaved words will be lost.',
  },
  feature_disabled: {
    title: 'This is switched off',
    advice: 'It was switched off for this gallery. Reload the page to see what is on.',
  },
  cross_origin: {
    title: 'Request refused',
    advice: 'Reload the page and try again. Your words are kept.',
  },
  photo_not_found: {
    title: 'The photo is no longer here',
    advice: 'It was moved or deleted in the meantime. Close this and choose another.',
  },
  sidecar_changed: {
    title: 'Someone else was editing at the same time',
    advice: 'Nothing was overwritten. Try again.',
  },
  sidecar_unreadable: {
    title: 'We can’t read this photo’s text file',
    advice: 'Nothing was changed. In your storage, shorten the photo’s .txt file or save it as UTF-8.',
  },
  photo_changed: {
    title: 'The photo was changed',
    advice: 'Another file took its place. Reload the page.',
  },
  ai_refused: {
    title: 'The AI declined this photo',
    advice: 'Asking again rarely helps. Write the captions by hand.',
  },
  ai_unusable_answer: {
    title: 'The AI’s answer was unusable',
    advice: 'Nothing was changed. Try again.',
  },
  ai_unavailable: {
    title: 'The AI does not answer',
    advice: 'Nothing was changed. Try again in a while.',
  },
  insufficient_balance: {
    title: 'Out of credit',
    advice: 'Top up your credit to use the AI.',
  },
  storage_unavailable: {
    title: 'The storage does not answer',
    advice: 'Your words are kept on this device. Try again in a moment.',
  },
  config_unavailable: {
    title: 'The gallery’s settings can’t be read',
    advice: 'Nothing was changed. Your words are kept on this device. Try again in a moment.',
  },
  offline: {
    title: 'You are offline',
    advice: 'Your words are kept on this device. Try again when you are back online.',
  },
  unreachable: {
    title: 'No answer',
    advice: 'The connection may be weak. Your words are kept on this device.',
  },
  slowDown: { title: 'Too many requests', advice: 'Your words are kept. Try again after the pause.' },
  tooLarge: {
    title: 'Too many words',
    advice: 'The limit is 1 MB. Nothing was changed: shorten them and try again.',
  },
  unavailable: {
    title: 'Not available right now',
    advice: 'Your words are kept on this device. Try again in a moment.',
  },
  missing: { title: 'The photo is no longer here', advice: 'Close this and choose another.' },
  failed: { title: 'That did not work', advice: 'Your words are kept on this device. Try again.' },
}

export type WorkbenchProblems = typeof workbenchProblems
