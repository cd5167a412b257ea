/** English texts for keeping, captioning and publishing a photo. */
import { formats } from './formats.ts'
import { workbenchProblems } from './workbench-problems.ts'

const platforms = {
  telegram: 'Telegram',
  email: 'FetLife',
  instagram: 'Instagram',
  bluesky: 'Bluesky',
  mastodon: 'Mastodon',
}

export const workbenchTexts = {
  toolsLost: {
    title: 'The tools didn’t load.',
    reload: 'Reload',
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
    rating: 'Rating',
    ratings: { general: 'General', suggestive: 'Suggestive', nudity: 'Nudity', explicit: 'Explicit' },
    ratedBy: {
      person: 'Rated by you.',
      ai: 'Rated by the AI.',
      default: 'Not rated yet. This is the default.',
    },
    notSentTo: (names: readonly string[]) => `Not sent to ${formats.list(names)}.`,
    notSent: 'Not sent.',
    effects: {
      spoiler: 'Sent blurred.',
      sensitive: 'Sent as sensitive: hidden until tapped.',
      warning: 'Sent behind a content warning.',
    },
    labelled: (label: string) => `Sent with the label “${label}”.`,
    retract: 'Take back',
    retractQuestion: (platform: string) =>
      `Take this post back from ${platform}? Its likes and comments will be lost.`,
    correct: 'Correct caption',
    can: {
      retract: (until: string) => `Can be taken back${until && ` until ${until}`}.`,
      correct: (until: string) => `The caption can be corrected${until && ` until ${until}`}.`,
    },
    cannot: { retract: 'Can’t be taken back.', correct: 'The caption can’t be corrected.' },
    changed: {
      retract: (platform: string) => `Taken back from ${platform}.`,
      correct: (platform: string) => `Caption corrected on ${platform}.`,
    },
    notChanged: { retract: 'Couldn’t take the post back.', correct: 'Couldn’t correct the caption.' },
    /** Reports the result of Undo. Each list has names of platforms. */
    retracted: (done: readonly string[], failed: readonly string[]) =>
      [
        done.length > 0 && `Taken back from ${formats.list(done)}.`,
        failed.length > 0 && `Couldn’t take the post back from ${formats.list(failed)}.`,
      ]
        .filter(Boolean)
        .join(' '),
    undoLeaves: (names: readonly string[]) => `Undo can’t take the post back from ${formats.list(names)}.`,
    isRetracted: (platform: string, when: string) =>
      `Taken back from ${platform}${when && ` on ${when}`}. You can publish there again.`,
    moveBack: 'Move back to inbox',
    retry: 'Retry',
    analyze: 'Write captions with AI',
    analyzeAgain: 'Write new captions with AI',
    takeBack: 'Restore my captions',
    replaced: 'Your captions were replaced.',
    shorter: 'Shorter',
    warmer: 'Warmer',
    no_hashtags: 'No hashtags',
    byPhotographer: 'Caption from the photo file.',
    keptByPerson: 'Your saved captions stay until you save these.',
    loadingPlatforms: 'Loading platforms',
    noPlatforms: 'No platform is set up for this gallery.',
    review: 'This gallery is in review: you can write and save captions, but not publish.',
    publishOff: 'Publishing is off for this gallery. You can write and save captions.',
    testMode: 'Test mode: nothing was sent, and the photo was not moved.',
    preview: 'Preview',
    results: 'Results',
    backToWriting: 'Edit captions',
    publishTo: (names: readonly string[]) =>
      names.length === 0
        ? 'Choose a platform'
        : `Publish to ${names.length > 3 ? `${names.length} channels` : formats.list(names)}`,
    choosePlatform: 'Choose a platform',
    done: 'Done',
    save: 'Save',
    unsaved: 'Not saved yet',
    saved: 'Saved',
    written: 'New captions are ready',
    platforms,
    captionFor: (platform: string) => `Caption for ${platform}`,
    captionPlaceholder: 'Write a caption or leave it empty',
    altText: 'Alt text (describe the photo for screen readers)',
    altTextPlaceholder: 'What the photo shows, in a sentence',
    count: (length: number, limit: number) => `${length} / ${limit}`,
    hashtags: (count: number, limit: number) => `# ${count} / ${limit}`,
    countLong: (length: number, limit: number, tags: number, tagLimit: number) =>
      `${length} of ${limit} characters, ${tags} of ${tagLimit} hashtags`,
    cleared: 'Will be published without a caption.',
    tooLong: (over: number) => `${over} characters too long. This will be cut off:`,
    willBeSent: 'Will be sent as:',
    nothing: '(no caption)',
    subject: 'Subject',
    mailText: 'Text',
    attachment: 'Attachment',
    inArchive: 'The photo is in the archive. You can retry here, or later from the archive.',
    publications: 'Publishing status',
    moment: (time: Date) => formats.moment(time),
    published: (platform: string, when: string) => `Published to ${platform}${when && ` on ${when}`}`,
    alreadyThere: (platform: string, when: string) => `Already on ${platform}${when && ` since ${when}`}`,
    nothingSent: 'Nothing was sent.',
    inProgress: (platform: string) => `Still publishing to ${platform}`,
    failed: (platform: string) => `${platform} failed`,
    viewPost: 'View post',
    unknown: (platform: string) =>
      `We don’t know if ${platform} received it: the connection dropped. Check ${platform === 'Telegram' ? 'your channel' : platform} first.`,
    force: 'It’s not there: publish again',
    wouldSkip: 'Already published there. Nothing will be sent.',
    wouldSkipAll: 'Already published on every platform. Nothing will be sent.',
    /** Summarizes the results of publishing in a line. Each list has names of platforms. */
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
    steps: { reading: 'Load', looking: 'Look', writing_captions: 'Write', saving: 'Save' },
    stages: {
      asking: () => 'Contacting the server',
      reading: () => 'Loading the photo',
      looking: () => 'The AI is looking at the photo',
      writing_captions: () => 'The AI is writing captions',
      saving: () => 'Saving the captions',
      preparing: () => 'Preparing the photo',
      sending: (platform: string) => `Sending to ${platform}`,
      sent: (platform: string) => `Sent to ${platform}`,
      skipped: (platform: string) => `Nothing sent to ${platform}`,
      failed: (platform: string) => `${platform} failed`,
      archiving: () => 'Moving to the archive',
    },
    goesOn: 'You can close this and look at other photos. The work continues.',
    deleteForGood: 'Delete for good',
    deleteQuestion: 'Delete this photo and its captions? This can’t be undone.',
    deleteYes: 'Delete',
    deleteNo: 'Cancel',
    show: 'Show',
    checkAgain: 'Check again',
    waitFor: (time: string) => `Try again in ${time}`,
    swipe: {
      keep: 'Swipe further to keep',
      remove: 'Swipe further to remove',
      keepNow: 'Release to keep',
      removeNow: 'Release to remove',
    },
    problems: workbenchProblems,
    toasts: {
      kept: 'Kept.',
      removed: 'Removed.',
      deleted: 'Deleted.',
      restored: 'Moved back to the inbox.',
      archived: 'Moved to the archive.',
      partly: 'Moved to the archive.',
      published: '',
      notEverywhere: '',
      notArchived: 'The photo couldn’t be moved to the archive.',
      written: 'New captions are ready.',
      testMode: 'Test mode: nothing was moved.',
      notKept: 'Couldn’t keep the photo. It’s back in the inbox.',
      notRemoved: 'Couldn’t remove the photo. It’s back in the inbox.',
      notRestored: 'Couldn’t move the photo back.',
      retracting: 'Taking the post back…',
      retracted: '',
      notRetracted: 'Couldn’t take the post back.',
      notRated: 'Couldn’t save the rating.',
      failed: 'That didn’t work. Nothing was changed.',
    },
  },
}

/** Names of platforms by their result. */
interface Headline {
  sent: readonly string[]
  already: readonly string[]
  failed: readonly string[]
  unknown: readonly string[]
  underWay: readonly string[]
}

export type WorkbenchTexts = typeof workbenchTexts
