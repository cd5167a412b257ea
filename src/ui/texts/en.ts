/** Every word of the web app, in English. Another language is another file of this shape and a line in texts.ts. */
import type { ProblemKind } from '../problem-kind.ts'

export const en = {
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

  workbench: {
    tools: 'Tools for this photo',
    keep: 'Keep',
    remove: 'Remove',
    publish: 'Publish',
    captions: 'Captions',
    close: 'Close',
    undo: 'Undo',
    analyze: 'Write captions with AI',
    noPlatforms: 'No platform is set up for this gallery.',
    publishTo: (names: readonly string[]) =>
      names.length === 0 ? 'Choose a platform' : `Publish to ${list.format(names)}`,
    publishAgain: 'Try again where it failed',
    platforms: {
      telegram: 'Telegram',
      email: 'FetLife',
      instagram: 'Instagram',
      bluesky: 'Bluesky',
      mastodon: 'Mastodon',
    },
    platformNamed: (name: string): string => {
      const names: Readonly<Record<string, string>> = en.workbench.platforms
      return names[name] ?? name
    },
    captionFor: (platform: string) => `Caption for ${platform}`,
    captionPlaceholder: 'A few words, or none',
    count: (length: number, limit: number) => `${length} / ${limit}`,
    willBeSent: 'Goes out as:',
    nothing: '(no caption)',
    sent: 'Published.',
    alreadyThere: 'Was published before; nothing was sent twice.',
    failed: 'Not published.',
    look: 'Look at it',
    force: 'I have looked: publish it again',
    working: 'Working',
    stages: {
      asking: () => 'Asking the server',
      reading: () => 'Reading the photo',
      looking: () => 'The AI is looking at it',
      writing_captions: () => 'The AI is writing',
      saving: () => 'Saving the captions',
      preparing: () => 'Preparing the photo',
      sending: (platform) => `Sending to ${platform}`,
      sent: (platform) => `${platform} has it`,
      skipped: (platform) => `${platform} was skipped`,
      failed: (platform) => `${platform} did not take it`,
      archiving: () => 'Moving it to the archive',
    } as Readonly<Record<string, (platform: string) => string>>,
    deleteForGood: 'Delete for good',
    deleteQuestion: 'Delete this photo and its captions? Nobody can bring them back.',
    deleteYes: 'Delete',
    deleteNo: 'Keep it',
    /** In place of the words below, by code: an admin knows what is private. */
    problems: {
      answer_lost: {
        title: 'The answer got lost',
        advice: 'The server goes on all the same. Try again in a moment: nothing is published twice.',
      },
      not_signed_in: { title: 'You are signed out' },
    } as Readonly<Record<string, { title: string; advice?: string }>>,
    toasts: {
      kept: 'Kept.',
      removed: 'Removed.',
      deleted: 'Deleted.',
      restored: 'Back where it was.',
      archived: 'Published, and put into the archive.',
      failed: 'That did not work. Nothing was changed.',
    },
  },

  upload: {
    choose: 'Upload photos',
    dropHere: 'Drop photos to upload them',
    tray: 'Uploads',
    progress: (done: number, all: number) => `${done} of ${all} uploaded`,
    finished: (done: number, failed: number) =>
      failed === 0 ? `${done} uploaded` : `${done} uploaded, ${failed} not`,
    progressOf: (name: string) => `Upload of ${name}`,
    cancelAll: 'Cancel all',
    retryAll: 'Try all again',
    close: 'Close the list of uploads',
    cancel: (name: string) => `Cancel ${name}`,
    retry: (name: string) => `Try ${name} again`,
    show: (name: string) => `Show ${name}`,
    goOn: 'Go on now',
    waiting: (seconds: number) => `The server is busy. Goes on by itself in ${seconds} s.`,
    pauses: {
      offline: 'You are offline. The uploads go on when the connection is back.',
      signedOut: 'You are signed out. Nothing is lost: sign in, come back here, and the uploads go on.',
      wait: 'The server is busy. The uploads go on by themselves.',
    },
    done: 'Uploaded',
    renamed: (name: string) => `Uploaded under this name, since ${name} was not free or not right`,
    sent: (percent: number) => `${percent} %`,
    states: {
      waiting: 'Waiting',
      storing: 'Being stored',
      failed: 'Not uploaded',
      cancelled: 'Cancelled',
      lost: 'The answer got lost: look whether it is there before you try again',
    },
    faults: {
      notPhoto: (_megabytes: number) => 'Not a photo: JPEG, PNG and WebP are taken',
      notPhotoYet: (_megabytes: number) => 'HEIC and AVIF are not taken: save it as JPEG first',
      empty: (_megabytes: number) => 'The file is empty',
      tooLarge: (megabytes: number) => `Too large: a photo may have at most ${megabytes} MB`,
      unreadable: (_megabytes: number) => 'The file cannot be read',
    },
  },

  zoom: {
    closer: 'Zoom in',
    further: 'Zoom out',
    whole: 'Show the whole photo',
    size: (percent: number) => `Zoomed to ${percent} %`,
  },

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
    notAdmin: {
      title: 'You are not an admin here',
      advice: 'Only admins of this gallery can do that. Sign out to come in as somebody else.',
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
    setup: {
      title: 'Something is not set up right',
      advice: 'Waiting does not help: the photographer has to correct the settings of this gallery.',
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

const list = new Intl.ListFormat('en')

export type Texts = typeof en
