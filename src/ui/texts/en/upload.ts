/** English texts of uploads. */

export const uploadTexts = {
  upload: {
    choose: 'Upload photos',
    dropHere: 'Drop photos to upload them',
    tray: 'Uploads',
    progress: (done: number, all: number) => `${done} of ${all} uploaded`,
    finished: (done: number, failed: number, duplicates: number) =>
      `${done} uploaded${failed ? `, ${failed} failed` : ''}${duplicates ? `, ${duplicates} already here` : ''}`,
    progressOf: (name: string) => `Uploading ${name}`,
    cancelAll: 'Cancel all',
    retryAll: 'Retry all',
    close: 'Close uploads',
    cancel: (name: string) => `Cancel ${name}`,
    retry: (name: string) => `Retry ${name}`,
    show: (name: string) => `Show ${name}`,
    goOn: 'Continue now',
    waiting: (seconds: number) => `The server is busy. Continuing in ${seconds} s.`,
    pauses: {
      offline: 'You’re offline. Uploads continue when you’re back online.',
      signedOut: 'You’re signed out. Sign in and return here to continue.',
      wait: 'The server is busy. Uploads continue automatically.',
    },
    done: 'Uploaded',
    renamed: (name: string) => `Renamed because ${name} is in use or not allowed`,
    sent: (percent: number) => `${percent}%`,
    states: {
      waiting: 'Waiting',
      storing: 'Saving',
      failed: 'Upload failed',
      cancelled: 'Cancelled',
      lost: 'Connection lost. Check if the photo is there before you retry.',
    },
    alreadyHere: (name: string, folder: string) => `Already here as ${name} (${folder})`,
    keepBoth: 'Keep both',
    skip: 'Skip',
    damaged: 'Damaged or incomplete. Copy it from your camera again.',
    phoneFormat:
      'This server can’t open HEIC or AVIF. On iPhone, choose Settings > Camera > Formats > Most Compatible.',
    stalled: 'No progress for a minute. Try again.',
    tooLarge: (megabytes: number) => `Too large. The limit is ${megabytes} MB.`,
    faults: {
      notPhoto: 'Not a photo. Use JPEG, PNG or WebP.',
      empty: 'This file is empty.',
      unreadable: 'Can’t read this file. Choose it again.',
    },
  },
}

export type UploadTexts = typeof uploadTexts
