/** Texts of uploads, in English. */

export const uploadTexts = {
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
}

export type UploadTexts = typeof uploadTexts
