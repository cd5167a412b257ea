/** English texts about problems in the workbench, by the problem's code or, for other codes, its kind. */

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
    title: 'You’re signed out',
    advice: 'Your captions are saved on this device. Sign in to continue where you left off.',
  },
  not_admin: {
    title: 'You’re no longer an admin here',
    advice: 'Nothing was changed. Sign out to use another account; unsaved captions will be lost.',
  },
  feature_disabled: {
    title: 'This feature is off',
    advice: 'It was turned off for this gallery. Reload the page to see what’s available.',
  },
  cross_origin: {
    title: 'Request refused',
    advice: 'Reload the page and try again. Your captions are saved on this device.',
  },
  photo_not_found: {
    title: 'The photo is no longer here',
    advice: 'It was moved or deleted. Close this and choose another photo.',
  },
  sidecar_changed: {
    title: 'Another edit was saved first',
    advice: 'Nothing was overwritten. Try again.',
  },
  sidecar_unreadable: {
    title: 'Can’t read this photo’s text file',
    advice: 'Nothing was changed. In your storage, shorten the photo’s .txt file or save it as UTF-8.',
  },
  photo_changed: {
    title: 'This photo was replaced',
    advice: 'A different file now has this name. Reload the page.',
  },
  ai_refused: {
    title: 'The AI declined this photo',
    advice: 'Trying again rarely helps. Write the captions yourself.',
  },
  ai_unusable_answer: {
    title: 'The AI’s answer was unusable',
    advice: 'Nothing was changed. Try again.',
  },
  ai_unavailable: {
    title: 'The AI isn’t responding',
    advice: 'Nothing was changed. Try again in a few minutes.',
  },
  insufficient_balance: {
    title: 'Out of credit',
    advice: 'Top up your credit to use the AI.',
  },
  storage_unavailable: {
    title: 'The storage isn’t responding',
    advice: 'Your captions are saved on this device. Try again in a moment.',
  },
  config_unavailable: {
    title: 'The gallery’s settings can’t be read',
    advice: 'Nothing was changed. Your captions are saved on this device. Try again in a moment.',
  },
  offline: {
    title: 'You’re offline',
    advice: 'Your captions are saved on this device. Try again when you’re back online.',
  },
  unreachable: {
    title: 'Can’t reach the server',
    advice: 'Your connection may be weak. Your captions are saved on this device.',
  },
  slowDown: {
    title: 'Too many requests',
    advice: 'Your captions are saved on this device. Try again shortly.',
  },
  tooLarge: {
    title: 'Captions too long',
    advice: 'The limit is 1 MB. Nothing was changed. Shorten your captions and try again.',
  },
  unavailable: {
    title: 'Not available right now',
    advice: 'Your captions are saved on this device. Try again in a moment.',
  },
  missing: { title: 'The photo is no longer here', advice: 'Close this and choose another photo.' },
  failed: { title: 'That didn’t work', advice: 'Your captions are saved on this device. Try again.' },
}

export type WorkbenchProblems = typeof workbenchProblems
