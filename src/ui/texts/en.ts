/** Every word of the web app, in English. Another language is another file of this shape and a line in texts.ts. */
import type { AiNotice } from '../api.ts'
import type { Scope, ShortcutName } from '../keyboard.ts'
import type { ProblemKind } from '../problem-kind.ts'
import { formatsOf } from './formats.ts'

export const en = {
  next: 'Next',
  back: 'Back',
  details: 'Details',
  closeDetails: 'Close details',
  original: 'Open the original',
  fullSize: 'Open full size',
  opensInNewTab: 'opens in a new tab',
  toLight: 'Switch to the light theme',
  toDark: 'Switch to the dark theme',

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
  toolsLost: {
    title: 'The tools didn’t load.',
    reload: 'Reload',
  },

  loading: 'Loading a photo',
  loadingNext: 'Loading the next photo',
  photo: (description: string) => `Photo: ${description}`,
  noDescription: 'A photo without a description',
  noCaption: 'No caption yet',
  hints: {
    only_photo: 'This is the only photo here.',
    first_photo: 'This is where you started.',
    first_in_order: 'This is the first photo.',
    last_in_order: 'This is the last photo.',
  },

  skip: 'Skip to the photo',
  grid: {
    title: 'All photos',
    open: 'All photos',
    close: 'One photo at a time',
    skip: 'Skip to the photos',
    loading: 'Loading the photos',
    onItsWay: 'Loading photo',
    tile: (name: string, place: number, count: number) => `${name}, ${place} of ${count}`,
    place: (place: number, count: number) => `${place} / ${count}`,
    count: (count: number) => `${formats.number(count)} ${count === 1 ? 'photo' : 'photos'}`,
    search: 'Search by name',
    showAll: 'Show all photos',
    select: 'Select',
    sort: 'Order',
    sorts: { name: 'By name', newest: 'Newest first', largest: 'Largest first' },
    folders: 'Folders',
    folder: { root: 'Inbox', keep: 'Kept', archive: 'Archive', remove: 'Removed' },
  },
  selection: {
    tools: 'Actions for selected photos',
    result: 'Results',
    select: (name: string) => `Select ${name}`,
    selected: (count: number) => `${formats.number(count)} selected`,
    selecting: 'Selecting …',
    tapToSelect: 'Tap photos to select them.',
    all: 'Select all',
    clear: 'Clear selection',
    actions: { keep: 'Keep', remove: 'Remove', restore: 'Back to the inbox', delete: 'Delete' },
    working: 'Working',
    progress: (done: number, total: number) => `${done} of ${total}`,
    done: {
      keep: (count: number) => `${count} kept.`,
      remove: (count: number) => `${count} removed.`,
      restore: (count: number) => `${count} back in the inbox.`,
      delete: (count: number) => `${count} deleted.`,
    },
    undone: (count: number) => (count === 1 ? '1 back where it was.' : `${count} back where they were.`),
    trial: 'Test mode: nothing was moved.',
    failed: (count: number) => `${count} failed:`,
    stop: 'Stop',
    undo: 'Undo',
    close: 'Close',
    deleteTitle: (count: number) => (count === 1 ? 'Delete this photo?' : `Delete ${count} photos?`),
    deleteAdvice: 'Captions are deleted too. This can’t be undone.',
    deleteYes: (count: number) => (count === 1 ? 'Delete it' : `Delete ${count} photos`),
    deleteNo: 'Cancel',
  },
  gestures: {
    hints: {
      photo: 'Swipe the photo up to keep it, down to remove it.',
      grid: 'Press and hold a photo to select it.',
    },
    close: 'Got it',
  },
  shortcuts: {
    title: 'Keyboard shortcuts',
    close: 'Close the shortcuts',
    letters: 'Use letter keys as shortcuts',
    scopes: {
      everywhere: 'Everywhere',
      photo: 'One photo',
      grid: 'All photos',
      selection: 'Selecting',
      tools: 'Curating',
    } satisfies Record<Scope, string>,
    actions: {
      help: 'Show this sheet',
      toggleGrid: 'All photos, or one at a time',
      zoomPan: 'Move the photo while it is zoomed',
      zoom: 'Zoom in, and out again',
      zoomIn: 'Closer',
      zoomOut: 'Further away',
      zoomWhole: 'The whole photo again',
      next: 'Next photo',
      previous: 'Back',
      details: 'Details',
      close: 'Close the details, or go back to all photos',
      gridMove: 'Move between photos in the grid',
      gridPage: 'A page up or down',
      gridEnd: 'To the first or the last photo',
      openPhoto: 'Open the photo',
      search: 'Search',
      select: 'Select the photo, or not',
      extendSelection: 'Select up to here',
      selectAll: 'Select all',
      clearSelection: 'Clear selection',
      keep: 'Keep',
      remove: 'Remove',
      publish: 'Captions and publishing',
      undo: 'Undo the last action',
    } satisfies Record<ShortcutName, string>,
    /** What is written on keys, where it is not their letter. */
    keys: {
      ' ': 'Space',
      escape: 'Esc',
      enter: 'Enter',
      shift: 'Shift',
      ctrl: 'Ctrl',
      home: 'Home',
      end: 'End',
      pageup: 'Page ↑',
      pagedown: 'Page ↓',
      arrowleft: '←',
      arrowright: '→',
      arrowup: '↑',
      arrowdown: '↓',
    } as Readonly<Record<string, string>>,
  },

  facts: {
    description: 'Description',
    taken: 'Taken',
    time: (time: Date) => formats.time(time),
    size: 'Size',
    pixels: (width: number, height: number) => `${formats.number(width)} × ${formats.number(height)} pixels`,
    credit: 'Credit',
    tags: 'Tags',
    trainingCaption: 'Training prompt',
    fileName: 'File',
  },

  workbench: {
    tools: 'Tools for this photo',
    keep: 'Keep',
    remove: 'Remove',
    publish: 'Publish',
    captions: 'Captions',
    messages: 'Messages',
    close: 'Close',
    undo: 'Undo',
    moveBack: 'Move back to inbox',
    retry: 'Retry',
    analyze: 'Write captions with AI',
    analyzeAgain: 'Write new captions with AI',
    takeBack: 'Bring back my words',
    replaced: 'The AI replaced your words.',
    keptByPerson: 'Your saved words stay until you save these.',
    loadingPlatforms: 'Loading the platforms',
    noPlatforms: 'No platform is set up for this gallery.',
    review: 'This gallery is in review: you can write and save captions, but not publish.',
    publishOff: 'Publishing is off for this gallery. You can write and save captions.',
    testMode: 'Test mode: nothing was sent, and the photo was not moved.',
    preview: 'Preview',
    previewOf: 'Preview',
    results: 'Results',
    backToWriting: 'Edit captions',
    publishTo: (names: readonly string[]) =>
      names.length === 0 ? 'Choose a platform' : `Publish to ${formats.list(names)}`,
    choosePlatform: 'Choose a platform',
    done: 'Done',
    save: 'Save',
    unsaved: 'Not saved yet',
    saved: 'Saved',
    written: 'New captions written',
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
    altText: 'Alt text (describe the photo for screen readers)',
    altTextPlaceholder: 'What the photo shows, in a sentence',
    count: (length: number, limit: number) => `${length} / ${limit}`,
    hashtags: (count: number, limit: number) => `# ${count} / ${limit}`,
    countLong: (length: number, limit: number, tags: number, tagLimit: number) =>
      `${length} of ${limit} characters, ${tags} of ${tagLimit} hashtags`,
    cleared: 'Publishes without words.',
    tooLong: (over: number) => `${over} characters too long. This will be cut off:`,
    willBeSent: 'Will be sent as:',
    nothing: '(no caption)',
    mailTo: 'Mail to FetLife',
    subject: 'Subject',
    mailText: 'Text',
    attachment: 'Attachment',
    inArchive: 'The photo is in the archive. You can retry here, or later from the archive.',
    publications: 'Publishing status',
    moment: (time: Date) => formats.moment(time),
    published: (platform: string, when: string) => `Published to ${platform}${when && `: ${when}`}`,
    alreadyThere: (platform: string, when: string) => `Already on ${platform}${when && ` since ${when}`}`,
    nothingSent: 'Nothing was sent.',
    inProgress: (platform: string) => `Being published to ${platform} right now`,
    failed: (platform: string) => `${platform} failed`,
    viewPost: 'View post',
    unknown: (platform: string) =>
      `We don’t know if ${platform} received it: the connection dropped. Check ${platform === 'Telegram' ? 'your channel' : platform} first.`,
    force: 'I checked, it’s not there: publish again',
    wouldSkip: 'Already published there. Nothing will be sent.',
    wouldSkipAll: 'Already published on every platform. Nothing will be sent.',
    /** Outcome of publishing, in one line: each list names platforms. */
    headline: ({ sent, already, failed, unknown, underWay }: Headline) =>
      [
        sent.length > 0 && `Published to ${formats.list(sent)}.`,
        already.length > 0 && `Already on ${formats.list(already)}.`,
        failed.length > 0 && `${formats.list(failed)} failed.`,
        unknown.length > 0 && `We don’t know if ${formats.list(unknown)} received it.`,
        underWay.length > 0 && `Still publishing to ${formats.list(underWay)}.`,
      ]
        .filter(Boolean)
        .join(' '),
    working: 'Working',
    steps: { reading: 'Read photo', looking: 'Look at it', writing_captions: 'Write', saving: 'Save' },
    stages: {
      asking: () => 'Contacting the server',
      reading: () => 'Reading the photo',
      looking: () => 'The AI is looking at the photo',
      writing_captions: () => 'The AI is writing',
      saving: () => 'Saving the captions',
      preparing: () => 'Preparing the photo',
      sending: (platform) => `Sending to ${platform}`,
      sent: (platform) => `Sent to ${platform}`,
      skipped: (platform) => `Nothing sent to ${platform}`,
      failed: (platform) => `${platform} failed`,
      archiving: () => 'Moving to the archive',
    } as Readonly<Record<string, (platform: string) => string>>,
    goesOn: 'You can close this and look at other photos; the work continues.',
    deleteForGood: 'Delete for good',
    deleteQuestion: 'Delete this photo and its captions? This can’t be undone.',
    deleteYes: 'Delete',
    deleteNo: 'Cancel',
    show: 'Show',
    lookAgain: 'Check again',
    waitFor: (time: string) => `Try again in ${time}`,
    swipe: {
      keep: 'Keep swiping to keep',
      remove: 'Keep swiping to remove',
      keepNow: 'Let go to keep',
      removeNow: 'Let go to remove',
    },
    /** What an admin is told in place of the words below, by the code or else by the kind of the problem. */
    problems: {
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
    } as Readonly<Record<string, { title: string; advice: string }>>,
    toasts: {
      kept: 'Kept.',
      removed: 'Removed.',
      deleted: 'Deleted.',
      restored: 'Back in the inbox.',
      archived: 'Moved to the archive.',
      partly: 'Moved to the archive.',
      published: '',
      notEverywhere: '',
      notArchived: 'The photo could not be moved to the archive.',
      written: 'New captions written.',
      testMode: 'Test mode: nothing was moved.',
      notKept: 'Could not keep the photo. It is back.',
      notRemoved: 'Could not remove the photo. It is back.',
      notRestored: 'Could not move the photo back.',
      failed: 'That did not work. Nothing was changed.',
    },
  },

  upload: {
    choose: 'Upload photos',
    dropHere: 'Drop photos to upload them',
    tray: 'Uploads',
    progress: (done: number, all: number) => `${done} of ${all} uploaded`,
    finished: (done: number, failed: number, duplicates: number) =>
      `${done} uploaded${failed ? `, ${failed} failed` : ''}${duplicates ? `, ${duplicates} already here` : ''}`,
    progressOf: (name: string) => `Upload of ${name}`,
    cancelAll: 'Cancel all',
    retryAll: 'Try all again',
    close: 'Close the list of uploads',
    cancel: (name: string) => `Cancel ${name}`,
    retry: (name: string) => `Try ${name} again`,
    show: (name: string) => `Show ${name}`,
    goOn: 'Continue now',
    waiting: (seconds: number) => `The server is busy. Continuing in ${seconds} s.`,
    pauses: {
      offline: 'You are offline. Uploads continue when you’re back online.',
      signedOut: 'You’re signed out. Sign in and return here to continue.',
      wait: 'The server is busy. Uploads continue automatically.',
    },
    done: 'Uploaded',
    renamed: (name: string) => `Renamed: ${name} is taken or not allowed`,
    sent: (percent: number) => `${percent} %`,
    states: {
      waiting: 'Waiting',
      storing: 'Being stored',
      failed: 'Not uploaded',
      cancelled: 'Cancelled',
      lost: 'Connection lost. Check if the photo is there before you retry.',
    },
    alreadyHere: (name: string, folder: string) => `Already here as ${name} (${folder})`,
    keepBoth: 'Keep both',
    skip: 'Skip',
    damaged: 'Damaged or incomplete: copy it from the camera again',
    phoneFormat: 'This server can’t open it. On iPhone: Settings > Camera > Formats > Most Compatible.',
    stalled: 'No progress for a minute. Try again.',
    tooLarge: (megabytes: number) => `Too large: a photo may have at most ${megabytes} MB`,
    faults: {
      notPhoto: 'Not a photo. Use JPEG, PNG or WebP.',
      empty: 'The file is empty',
      unreadable: 'The file cannot be read',
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

/** Names of platforms, by what came of publishing there. */
export interface Headline {
  sent: readonly string[]
  already: readonly string[]
  failed: readonly string[]
  unknown: readonly string[]
  underWay: readonly string[]
}

const formats = formatsOf('en')

export type Texts = typeof en
