/** Whether a file whose upload broke off has arrived all the same: sent again, it would get another name. */
import { getJson } from '../../get.ts'
import { isRecord } from '../../json.ts'
import { type ApiProblem, unreadable } from '../../problem.ts'

/** Of the server, for what names contain. */
const longestSearch = 200

/** The inbox has it where a name begins alike, which the server may have given an end of its own, and has as many bytes. */
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

/** A file's name without its extension. */
export const stemOf = (name: string): string => name.replace(/\.[^.]*$/, '')
