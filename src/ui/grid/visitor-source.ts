/** Lists as a visitor sees them: all names come at once, and are searched here. */

import { foldName } from '../../workflow/name-search.ts'
import type { GalleryApi } from '../api.ts'
import type { Source } from './listing.ts'

export function createVisitorSource(api: GalleryApi): Source {
  let latest: { isByDate: boolean; answer: ReturnType<GalleryApi['names']> } | null = null
  return {
    pageSize: 1_000_000,
    async page({ search, sort }) {
      const isByDate = sort !== 'name'
      // While somebody types, the names of a moment ago are good enough.
      if (search === '' || latest?.isByDate !== isByDate) latest = { isByDate, answer: api.names(isByDate) }
      const answer = await latest.answer
      if ('problem' in answer) {
        latest = null
        return answer
      }
      const sought = foldName(search)
      const items = answer.names
        .filter((name) => foldName(name).includes(sought))
        .map((name) => ({ name, folder: 'root' as const }))
      return { items, total: items.length }
    },
  }
}
