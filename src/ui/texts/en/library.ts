/** English texts for actions on many photos, and hints at gestures. */
import { formats } from './formats.ts'

export const libraryTexts = {
  selection: {
    tools: 'Actions for selected photos',
    result: 'Results',
    select: (name: string) => `Select ${name}`,
    selected: (count: number) => `${formats.number(count)} selected`,
    selecting: 'Selecting…',
    tapToSelect: 'Tap photos to select them.',
    all: 'Select all',
    clear: 'Clear selection',
    actions: { keep: 'Keep', remove: 'Remove', restore: 'Move back to inbox', delete: 'Delete' },
    working: 'Working',
    progress: (done: number, total: number) => `${done} of ${total}`,
    done: {
      keep: (count: number) => `${count} kept.`,
      remove: (count: number) => `${count} removed.`,
      restore: (count: number) => `${count} moved back to the inbox.`,
      delete: (count: number) => `${count} deleted.`,
    },
    undone: (count: number) => (count === 1 ? '1 photo moved back.' : `${count} photos moved back.`),
    trial: 'Test mode: nothing was moved.',
    failed: (count: number) => `${count} failed:`,
    stop: 'Stop',
    undo: 'Undo',
    close: 'Close',
    deleteTitle: (count: number) => (count === 1 ? 'Delete this photo?' : `Delete ${count} photos?`),
    deleteAdvice: 'Captions are deleted too. This can’t be undone.',
    deleteYes: (count: number) => (count === 1 ? 'Delete photo' : `Delete ${count} photos`),
    deleteNo: 'Cancel',
  },
  gestures: {
    hints: {
      photo: 'Swipe up to keep the photo, down to remove it.',
      grid: 'Press and hold a photo to select it.',
    },
    close: 'Got it',
  },
}

export type LibraryTexts = typeof libraryTexts
