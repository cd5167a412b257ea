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
    analyzeAgain: 'Write new captions with AI',
    takeBack: 'Bring back my words',
    replaced: 'The AI has written over your words.',
    keptByPerson: 'Your saved words stay until you save these.',
    noPlatforms: 'No platform is set up for this gallery.',
    review: 'This gallery is in review: captions can be written and saved, and nothing is published.',
    publishOff: 'Publishing is switched off for this gallery. Captions can be written and saved.',
    testMode: 'This gallery is in test mode: nothing was sent, and the photo stays where it is.',
    preview: 'Preview',
    previewOf: 'Before it goes out',
    results: 'What became of it',
    backToWriting: 'Back to the words',
    publishTo: (names: readonly string[]) =>
      names.length === 0 ? 'Choose a platform' : `Publish to ${list.format(names)}`,
    publishAgain: 'Try again where it failed',
    choosePlatform: 'Choose a platform',
    done: 'Done',
    save: 'Save',
    unsaved: 'Not saved yet',
    saved: 'Saved',
    written: 'New captions are here',
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
    altText: 'Description for those who cannot see the photo',
    altTextPlaceholder: 'What is to be seen, in a sentence',
    count: (length: number, limit: number) => `${length} / ${limit}`,
    hashtags: (count: number, limit: number) => `# ${count} / ${limit}`,
    countLong: (length: number, limit: number, tags: number, tagLimit: number) =>
      `${length} of ${limit} characters, ${tags} of ${tagLimit} hashtags`,
    tooLong: (over: number) => `${over} too long. Will be cut off:`,
    willBeSent: 'Goes out as:',
    nothing: '(no caption)',
    mailTo: 'Mail to FetLife',
    subject: 'Subject',
    mailText: 'Text',
    attachment: 'Attachment',
    sent: 'Published.',
    alreadyThere: 'Was published before; nothing was sent twice.',
    inProgress: 'It is being published at this moment, by another attempt.',
    willSkip: 'It is there already, and will not be sent again.',
    failed: 'Not published.',
    look: 'Look at it',
    unknown: (platform: string) =>
      `Nobody knows whether it got through: the answer of ${platform} got lost. Look there first. If the photo is not there, publish it again; if it is, leave it.`,
    force: 'I have looked: publish it again',
    working: 'Working',
    steps: { reading: 'Read the photo', looking: 'Look at it', writing_captions: 'Write', saving: 'Save' },
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
    goesOn: 'You can close this and look at other photos: it goes on.',
    deleteForGood: 'Delete for good',
    deleteQuestion: 'Delete this photo and its captions? Nobody can bring them back.',
    deleteYes: 'Delete',
    deleteNo: 'Keep it',
    show: 'Show',
    lookAgain: 'Look again',
    waitFor: (time: string) => `Try again in ${time}`,
    swipe: {
      keep: 'Swipe on to keep',
      remove: 'Swipe on to remove',
      keepNow: 'Let go to keep',
      removeNow: 'Let go to remove',
    },
    /** What an admin is told in place of the words below, by the code or else by the kind of the problem. */
    problems: {
      answer_lost: {
        title: 'The line broke',
        advice: 'The server goes on all the same. Look again in a moment; nothing is published twice.',
      },
      answer_pending: {
        title: 'Nothing new yet',
        advice: 'The server may still be at work. Look again in a moment.',
      },
      not_signed_in: {
        title: 'You are signed out',
        advice: 'Your words are kept on this device. Sign in and you are back at this very place.',
      },
      not_admin: {
        title: 'You are not an admin here any more',
        advice: 'Nothing was changed. Sign out to come in as somebody else; your unsaved words go with that.',
      },
      feature_disabled: {
        title: 'This is switched off',
        advice: 'It was switched off for this gallery. Load the page again to see what is on.',
      },
      cross_origin: {
        title: 'Not taken',
        advice: 'Load the page again and repeat it there. Your words are kept.',
      },
      photo_not_found: {
        title: 'The photo is not here any more',
        advice: 'Somebody has moved or deleted it in the meantime. Close this and go on with another.',
      },
      sidecar_changed: {
        title: 'Somebody else wrote at the same time',
        advice: 'Nothing was overwritten. Try it again.',
      },
      photo_changed: {
        title: 'The photo was changed',
        advice: 'Another file took its place meanwhile. Load the page again.',
      },
      ai_refused: {
        title: 'The AI declined this photo',
        advice: 'Asking again rarely helps. Write the captions by hand.',
      },
      ai_unusable_answer: { title: 'The AI made no sense', advice: 'Nothing was changed. Try it again.' },
      ai_unavailable: {
        title: 'The AI does not answer',
        advice: 'Nothing was changed. Try it again in a while.',
      },
      insufficient_balance: {
        title: 'Out of credit',
        advice: 'The AI works again once the credit is filled up.',
      },
      storage_unavailable: {
        title: 'The storage does not answer',
        advice: 'Your words are kept on this device. Try it again in a moment.',
      },
      config_unavailable: {
        title: 'The gallery cannot be reached in full',
        advice: 'Its settings cannot be read now, so nothing is changed. Your words are kept on this device.',
      },
      offline: {
        title: 'You are offline',
        advice: 'Your words are kept on this device. Try it again when the connection is back.',
      },
      unreachable: {
        title: 'No answer',
        advice: 'The connection may be weak. Your words are kept on this device.',
      },
      slowDown: { title: 'Too much at once', advice: 'Your words are kept. Try it again after the pause.' },
      unavailable: {
        title: 'Not available right now',
        advice: 'Your words are kept on this device. Try it again in a moment.',
      },
      missing: { title: 'The photo is not here any more', advice: 'Close this and go on with another.' },
      failed: { title: 'That did not work', advice: 'Your words are kept on this device. Try it again.' },
    } as Readonly<Record<string, { title: string; advice: string }>>,
    toasts: {
      kept: 'Kept.',
      removed: 'Removed.',
      deleted: 'Deleted.',
      restored: 'Back where it was.',
      archived: 'Published, and put into the archive.',
      published: 'Published.',
      written: 'New captions are here.',
      testMode: 'This gallery is in test mode: nothing was moved.',
      notKept: 'It was not kept, and is back.',
      notRemoved: 'It was not removed, and is back.',
      notRestored: 'It was not brought back yet.',
      failed: 'That did not work. Nothing was changed.',
    },
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
