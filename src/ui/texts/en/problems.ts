/** Texts about problems that every visitor can meet, in English. */
import type { ProblemKind } from '../../problem-kind.ts'

export const problemsTexts = {
  tryAgain: 'Try again',
  anotherPhoto: 'Show another photo',
  retriesIn: (time: string) => `Retrying in ${time}`,
  retrying: 'Trying again',
  requestId: (id: string) => `Request ${id}`,
  problems: {
    empty: {
      title: 'No photos yet',
      advice: 'Photos in this gallery appear here.',
    },
    rootMissing: {
      title: 'The photo folder does not exist',
      advice: 'Create it in your storage or change the path. The first upload creates it too.',
    },
    folderEmpty: {
      title: 'This folder is empty',
      advice: 'Photos that are moved here appear here.',
    },
    nothingFound: {
      title: 'Nothing found',
      advice: 'No photo here has a name like that.',
    },
    missing: {
      title: 'That photo is not here',
      advice: 'It was moved or taken down, or the link is wrong.',
    },
    private: {
      title: 'This gallery is private',
      advice: 'Only its photographer can look at it for now.',
    },
    notAdmin: {
      title: 'You are not an admin here',
      advice: 'Only admins of this gallery can do that. Sign out to use another account.',
    },
    signInAgain: {
      title: 'Sign in again to delete',
      advice:
        'Deleting needs a sign-in from the last 24 hours. Nothing was deleted. Sign in again, then repeat it.',
    },
    unreadable: {
      title: 'This photo cannot be shown',
      advice: 'The file seems to be damaged, or too large to be shown here. Tap to see another photo.',
    },
    slowDown: {
      title: 'One moment, please',
      advice: 'Too many requests. Wait a moment.',
    },
    tooLarge: {
      title: 'That was too large',
      advice: 'Nothing was changed. Send less and try again.',
    },
    unavailable: {
      title: 'Not available right now',
      advice: 'The photo storage isn’t responding. Try again in a few minutes.',
    },
    setup: {
      title: 'Something is not set up right',
      advice: 'The photographer needs to fix this gallery’s settings.',
    },
    offline: {
      title: 'You are offline',
      advice: 'The gallery reconnects when you’re back online.',
    },
    unreachable: {
      title: 'No answer from the gallery',
      advice: 'The connection may be weak. Go back to see photos you’ve already viewed.',
    },
    failed: {
      title: 'Something went wrong',
      advice: 'Try again. If it keeps failing, send the photographer the request number below.',
    },
  } satisfies Record<ProblemKind, { title: string; advice: string }>,
}

export type ProblemsTexts = typeof problemsTexts
