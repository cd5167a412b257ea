/** English texts around a photo. */
import { formats } from './formats.ts'

export const galleryTexts = {
  next: 'Next',
  back: 'Back',
  details: 'Details',
  closeDetails: 'Close details',
  original: 'Open original',
  fullSize: 'Open full size',
  opensInNewTab: 'opens in a new tab',
  toLight: 'Switch to light theme',
  toDark: 'Switch to dark theme',
  loading: 'Loading photo',
  loadingNext: 'Loading next photo',
  photo: (description: string) => `Photo: ${description}`,
  noDescription: 'No description',
  noCaption: 'No caption yet',
  hints: {
    only_photo: 'This is the only photo here.',
    first_photo: 'This is where you started.',
    first_in_order: 'This is the first photo.',
    last_in_order: 'This is the last photo.',
  },
  skip: 'Skip to the photo',
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
  zoom: {
    closer: 'Zoom in',
    further: 'Zoom out',
    whole: 'Show the whole photo',
    size: (percent: number) => `Zoomed to ${percent}%`,
  },
}

export type GalleryTexts = typeof galleryTexts
