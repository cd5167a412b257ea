/** Finds a file whose upload was interrupted, because a second upload would store it under another name. */
import { getJson } from '../../get.ts'
import { isRecord } from '../../json.ts'
import { type ApiProblem, unreadable } from '../../problem.ts'

/** Maximum length of a search text that the server accepts. */
const longestSearch = 200

/** Finds a file in the inbox with the same size and a name that starts alike, because the server may have added a suffix. */
export async function findFile(file: File): Promise<{ name: string | null } | { problem: ApiProblem }> {
  const stem = stemOf(file.name)
  const parameters = new URLSearchParams({ prefix: 'root/', q: stem.slice(0, longestSearch), limit: '500' })
  const answer = await getJson(`/api/library/objects?${parameters}`)
  if ('problem' in answer) return answer
  const { body } = answer
  if (!isRecord(body) || !Array.isArray(body.objects)) return { problem: unreadable }
  const keys = body.objects.flatMap((object: unknown) => {
    const key = isRecord(object) && object.size === file.size ? object.key : null
    return typeof key === 'string' && key.startsWith(stem) ? [key] : []
  })
  return { name: keys[0] ?? null }
}

/** Removes the extension from a file name. */
export const stemOf = (name: string): string => name.replace(/\.[^.]*$/, '')
