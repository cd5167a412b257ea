/** English texts of the grid. */
import { formats } from './formats.ts'

export const gridTexts = {
  grid: {
    title: 'All photos',
    open: 'All photos',
    close: 'One photo at a time',
    skip: 'Skip to the photos',
    loading: 'Loading photos',
    onItsWay: 'Loading photo',
    tile: (name: string, place: number, count: number) => `${name}, ${place} of ${count}`,
    place: (place: number, count: number) => `${place} / ${count}`,
    count: (count: number) => `${formats.number(count)} ${count === 1 ? 'photo' : 'photos'}`,
    search: 'Search by name',
    showAll: 'Show all photos',
    select: 'Select',
    sort: 'Sort order',
    sorts: { name: 'By name', newest: 'Newest first', largest: 'Largest first' },
    folders: 'Folders',
    folder: { root: 'Inbox', keep: 'Kept', archive: 'Archive', remove: 'Removed' },
  },
}

export type GridTexts = typeof gridTexts
