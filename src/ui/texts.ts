/** Every word of the web app. Another language is another object of this shape. */
import type { ProblemKind } from './problem-kind.ts'

export const texts = {
  next: 'Next',
  back: 'Back',
  details: 'Details',
  closeDetails: 'Close details',
  original: 'Open the original',
  opensInNewTab: 'opens in a new tab',
  toLight: 'Switch to the light theme',
  toDark: 'Switch to the dark theme',

  signIn: 'Sign in',
  signOut: 'Sign out',
  signedInAs: 'Signed in as',
  account: (email: string) => `Account: ${email}`,
  notAdmin: 'You are not an admin of this gallery.',

  loading: 'Loading a photo',
  loadingNext: 'Loading the next photo',
  photo: (description: string) => `Photo: ${description}`,
  noDescription: 'A photo without a description',
  noCaption: 'No caption yet',
  hints: {
    only_photo: 'This is the only photo here.',
    first_photo: 'This is where you started.',
  },

  fileName: 'File',
  sdCaption: 'Training caption',
  sha256: 'SHA-256 of the original',
  yes: 'yes',
  no: 'no',

  tryAgain: 'Try again',
  anotherPhoto: 'Show another photo',
  retriesIn: (time: string) => `Tries again by itself in ${time}`,
  retrying: 'Trying again',
  requestId: (id: string) => `Request ${id}`,

  problems: {
    empty: {
      title: 'No photos yet',
      advice: 'Photos that are put into this gallery appear here.',
    },
    missing: {
      title: 'That photo is not here',
      advice: 'It was moved or taken down, or the link is not quite right.',
    },
    private: {
      title: 'This gallery is private',
      advice: 'Only its photographer can look at it for now.',
    },
    unreadable: {
      title: 'This photo cannot be shown',
      advice: 'The file seems to be damaged, or too large to be shown here. The next one is a tap away.',
    },
    slowDown: {
      title: 'One moment, please',
      advice: 'That was more than this gallery can answer at once.',
    },
    unavailable: {
      title: 'Not available right now',
      advice: 'The gallery cannot get at its photos. That usually passes by itself.',
    },
    offline: {
      title: 'You are offline',
      advice: 'The gallery goes on by itself as soon as the connection is back.',
    },
    unreachable: {
      title: 'No answer from the gallery',
      advice: 'The connection may be weak. Photos that you have already seen are a step back.',
    },
    failed: {
      title: 'Something went wrong',
      advice: 'Try it again. If it stays like this, tell the photographer and name the request below.',
    },
  } satisfies Record<ProblemKind, { title: string; advice: string }>,
}
