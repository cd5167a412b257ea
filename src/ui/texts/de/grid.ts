/** German texts of the grid. */
import type { GridTexts } from '../en/grid.ts'
import { formats } from './formats.ts'

export const gridTexts: GridTexts = {
  grid: {
    title: 'Alle Fotos',
    open: 'Alle Fotos',
    close: 'Ein Foto nach dem anderen',
    skip: 'Zu den Fotos springen',
    loading: 'Die Fotos werden geladen',
    onItsWay: 'Foto wird geladen',
    tile: (name, place, count) => `${name}, ${place} von ${count}`,
    place: (place, count) => `${place} / ${count}`,
    count: (count) => `${formats.number(count)} ${count === 1 ? 'Foto' : 'Fotos'}`,
    search: 'Nach Namen suchen',
    showAll: 'Alle Fotos zeigen',
    select: 'Auswählen',
    sort: 'Reihenfolge',
    sorts: { name: 'Nach Namen', newest: 'Neueste zuerst', largest: 'Größte zuerst' },
    folders: 'Ordner',
    folder: { root: 'Eingang', keep: 'Behalten', archive: 'Archiv', remove: 'Aussortiert' },
  },
}
