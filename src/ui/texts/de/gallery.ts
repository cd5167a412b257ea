/** German texts around a photo. */
import type { GalleryTexts } from '../en/gallery.ts'
import { formats } from './formats.ts'

export const galleryTexts: GalleryTexts = {
  next: 'Weiter',
  back: 'Zurück',
  details: 'Details',
  closeDetails: 'Details schließen',
  original: 'Original öffnen',
  fullSize: 'In voller Größe öffnen',
  opensInNewTab: 'öffnet einen neuen Tab',
  toLight: 'Helle Farben',
  toDark: 'Dunkle Farben',
  loading: 'Ein Foto wird geladen',
  loadingNext: 'Das nächste Foto wird geladen',
  photo: (description) => `Foto: ${description}`,
  noDescription: 'Keine Beschreibung',
  noCaption: 'Noch kein Text',
  hints: {
    only_photo: 'Hier gibt es nur dieses eine Foto.',
    first_photo: 'Hier hast du angefangen.',
    first_in_order: 'Das ist das erste Foto.',
    last_in_order: 'Das ist das letzte Foto.',
  },
  skip: 'Zum Foto springen',
  facts: {
    description: 'Beschreibung',
    taken: 'Aufgenommen',
    time: (time) => formats.time(time),
    size: 'Größe',
    pixels: (width, height) => `${formats.number(width)} × ${formats.number(height)} Pixel`,
    credit: 'Foto von',
    tags: 'Schlagwörter',
    trainingCaption: 'Trainings-Prompt',
    fileName: 'Datei',
  },
  zoom: {
    closer: 'Vergrößern',
    further: 'Verkleinern',
    whole: 'Das ganze Foto zeigen',
    size: (percent) => `Auf ${percent} % vergrößert`,
  },
}
