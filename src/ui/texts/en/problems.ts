/** English texts about problems that any visitor may see. */
import type { ProblemKind } from '../../problem-kind.ts'

export const problemsTexts = {
  tryAgain: 'Try again',
  anotherPhoto: 'Show another photo',
  retriesIn: (time: string) => `Retrying in ${time}`,
  retrying: 'Retrying',
  requestId: (id: string) => `Request ID: ${id}`,
  problems: {
    empty: {
      title: 'No photos yet',
      advice: 'New photos will appear here.',
    },
    rootMissing: {
      title: 'The photo folder doesn’t exist',
      advice: 'Create it in your storage or change the path. Your first upload also creates it.',
    },
    folderEmpty: {
      title: 'This folder is empty',
      advice: 'Photos you move to this folder will appear here.',
    },
    nothingFound: {
      title: 'No photos found',
      advice: 'No photo name matches your search.',
    },
    missing: {
      title: 'Photo not found',
      advice: 'It was moved or removed, or the link is wrong.',
    },
    private: {
      title: 'This gallery is private',
      advice: 'Only the photographer can view it right now.',
    },
    notAdmin: {
      title: 'You’re not an admin here',
      advice: 'Only admins of this gallery can do that. Sign out to use another account.',
    },
    signInAgain: {
      title: 'Sign in again to delete',
      advice:
        'Nothing was deleted. Deleting requires a sign-in within the last 24 hours. Sign in again, then retry.',
    },
    unreadable: {
      title: 'This photo can’t be shown',
      advice: 'The file may be damaged or too large to show.',
    },
    slowDown: {
      title: 'One moment, please',
      advice: 'The gallery is getting too many requests. Please wait.',
    },
    tooLarge: {
      title: 'That’s too large',
      advice: 'Nothing was changed. Try again with less data.',
    },
    unavailable: {
      title: 'Not available right now',
      advice: 'The photo storage isn’t responding. Try again in a few minutes.',
    },
    setup: {
      title: 'This gallery isn’t set up correctly',
      advice: 'The photographer needs to fix its settings.',
    },
    offline: {
      title: 'You’re offline',
      advice: 'The gallery reconnects when you’re back online.',
    },
    unreachable: {
      title: 'Can’t reach the gallery',
      advice: 'Your connection may be weak. You can still go back to photos you’ve viewed.',
    },
    failed: {
      title: 'Something went wrong',
      advice: 'Try again. If it keeps failing, send the photographer the request ID below.',
    },
  } satisfies Record<ProblemKind, { title: string; advice: string }>,
}

export type ProblemsTexts = typeof problemsTexts
