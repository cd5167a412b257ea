/** Finds JSON objects in a model's answer: after its thoughts, in a fence, or between words. */
import { parseJson } from '../../../base/json.ts'

/** Upper bound on the characters of an answer. Requests limit answers to far less. */
const longestAnswer = 2 ** 20
/** Upper bound on the objects tried per text. */
const maxObjects = 32
const endOfThoughts = '</think>'
const fence = '```'

/**
 * Returns the objects, most likely first: the whole text, then the text after `</think>`, then anywhere. Scans each text only a few times.
 */
export function* jsonObjectsIn(words: string): Generator<object> {
  if (words.length > longestAnswer) return
  yield* objectIn(words)
  const end = words.lastIndexOf(endOfThoughts)
  if (end >= 0) yield* objectsBetweenWords(words.slice(end + endOfThoughts.length))
  yield* objectsBetweenWords(words)
}

function* objectsBetweenWords(words: string): Generator<object> {
  yield* objectIn(words)
  yield* objectIn(fencedIn(words))
  yield* objectIn(words.slice(words.indexOf('{'), words.lastIndexOf('}') + 1))
  const line = words.lastIndexOf('\n{')
  if (line >= 0) yield* objectIn(words.slice(line, words.lastIndexOf('}') + 1))
  for (const candidate of balancedIn(words)) yield* objectIn(candidate)
}

function* objectIn(json: string): Generator<object> {
  const value = parseJson(json)
  if (typeof value === 'object' && value !== null) yield value
}

/** Returns the text between the first line with a fence and the next fence. */
function fencedIn(words: string): string {
  const opening = words.indexOf(fence)
  const start = opening < 0 ? -1 : words.indexOf('\n', opening)
  const end = start < 0 ? -1 : words.indexOf(fence, start)
  return end < 0 ? '' : words.slice(start, end)
}

const marks = /[{}"\\]/g

/** Returns each text from an opening brace to its closing brace. Ignores braces in strings. */
function* balancedIn(words: string): Generator<string> {
  let start = 0
  let depth = 0
  let isString = false
  let escaped = -1
  let found = 0
  for (const { 0: mark, index } of words.matchAll(marks)) {
    if (index === escaped) continue
    if (isString) {
      if (mark === '\\') escaped = index + 1
      if (mark === '"') isString = false
    } else if (mark === '{') {
      if (depth === 0) start = index
      depth += 1
    } else if (depth > 0 && mark === '"') isString = true
    else if (depth > 0 && mark === '}') {
      depth -= 1
      if (depth > 0) continue
      yield words.slice(start, index + 1)
      found += 1
      if (found === maxObjects) return
    }
  }
}
