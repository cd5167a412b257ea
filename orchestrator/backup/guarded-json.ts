/** Parses JSON from a file that another system may have written. */
import { parseJson } from '../../src/base/json.ts'
import { Refused } from '../registry/sql/refusals.ts'

/** Deeper values would overflow the stack of recursive functions. */
const maxDepth = 100

/** Parses JSON. Throws {@link Refused} for other text, for deep nesting, and for an object that has a member twice. */
export function parseGuardedJson(text: string): unknown {
  const { depth, members } = scan(text)
  if (depth > maxDepth) throw new Refused('The file is nested too deeply.')
  const value = parseJson(text)
  if (value === undefined) throw new Refused('The file is not JSON.')
  // The parser keeps the last of two equal members.
  if (membersIn(value) !== members) throw new Refused('The file has an object with the same member twice.')
  return value
}

/** Counts brackets and colons outside of texts. */
function scan(text: string): { depth: number; members: number } {
  let depth = 0
  let deepest = 0
  let members = 0
  let isInText = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"') isInText = !isInText
    // An escaped character ends no text.
    else if (isInText) at += character === '\\' ? 1 : 0
    else if (character === ':') members++
    else if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth)
    else if (character === ']' || character === '}') depth--
  }
  return { depth: deepest, members }
}

function membersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const inner = Object.values(value)
  let count = Array.isArray(value) ? 0 : inner.length
  for (const member of inner) count += membersIn(member)
  return count
}
