/** Source of lists for visitors: all names in a single request, searched in the browser. */
import { foldName } from '../../../workflow/name-search.ts'
import { filledText } from '../../json.ts'
import type { GalleryApi } from '../gallery-api.ts'
import type { Item, Query } from '../order.ts'
import type { Page, Source } from './source.ts'

/** Photo with its name in the form that searches compare. */
interface Entry {
  item: Item
  folded: string
}

export function createVisitorSource(api: GalleryApi): Source {
  let latest: { isByDate: boolean; answer: ReturnType<GalleryApi['names']>; entries: Entry[] | null } | null =
    null

  function ask(isByDate: boolean) {
    latest = { isByDate, answer: api.names(isByDate), entries: null }
    return latest
  }

  /** Returns the cached names during a search, so that typing needs no requests. */
  function namesFor({ search, sort }: Query) {
    const isByDate = sort !== 'name'
    return search !== '' && latest?.isByDate === isByDate ? latest : null
  }

  return {
    pageSize: 1_000_000,
    known(query) {
      const entries = namesFor(query)?.entries
      return entries ? find(entries, query.search) : null
    },
    async page(query) {
      const asked = namesFor(query) ?? ask(query.sort !== 'name')
      const answer = await asked.answer
      if ('problem' in answer) {
        if (latest === asked) latest = null
        return answer
      }
      const { names, versions, placeholders } = answer
      asked.entries ??= names.map((name, index) => ({
        item: {
          name,
          folder: 'root',
          version: filledText(versions[index]),
          placeholder: filledText(placeholders[index]),
        },
        folded: foldName(name),
      }))
      return { ...find(asked.entries, query.search), missingFolder: answer.missingFolder }
    },
  }
}

function find(entries: readonly Entry[], search: string): Page {
  const sought = foldName(search)
  const items = entries.filter(({ folded }) => folded.includes(sought)).map(({ item }) => item)
  return { items, total: items.length }
}
