/** Source of lists for admins: every folder, page by page, searched and sorted by the server. */
import type { Source } from '../../gallery/grid/source.ts'
import type { Item, Query, Sort } from '../../gallery/order.ts'
import { getJson } from '../../get.ts'
import { filledText, isRecord, textOf } from '../../json.ts'
import { unreadable } from '../../problem.ts'

const order = {
  name: 'sort=name',
  newest: 'sort=last_modified&order=desc',
  largest: 'sort=size&order=desc',
} as const satisfies Readonly<Record<Sort, string>>

/** Photos per page. Large, because the server lists the whole folder for each page. */
const pageSize = 500

export const librarySource: Source = {
  pageSize,
  async page({ folder, search, sort }: Query, offset: number) {
    const parameters = new URLSearchParams({
      // A photo of the root may have a name like a folder's key, so the prefix `root/` is required.
      prefix: `${folder}/`,
      q: search,
      offset: String(offset),
      limit: String(pageSize),
    })
    const answer = await getJson(`/api/library/objects?${parameters}&${order[sort]}`)
    if ('problem' in answer) return answer
    const { body } = answer
    if (!isRecord(body) || !Array.isArray(body.objects) || typeof body.total_in_window !== 'number')
      return { problem: unreadable }
    const items = body.objects.flatMap((object: unknown): Item[] => {
      const { key, version, placeholder } = isRecord(object) ? object : {}
      if (typeof key !== 'string') return []
      const name = key.slice(key.indexOf('/') + 1)
      return [{ name, folder, version: filledText(version), placeholder: filledText(placeholder) }]
    })
    return { items, total: body.total_in_window, missingFolder: textOf(body.missing_folder) }
  },
}
