/** Turns what a check ran into into words for the operator. */
import { z } from 'zod'
import { isPublisherError } from '../../base/errors.ts'
import { cutAtSpace } from './redaction.ts'
import { Trouble } from './trouble.ts'

const maxLinks = 3
const longest = 400
/** As much of one message as is looked at. Characters. */
const longestMessage = 2000
/** As many wrong fields as are named. */
const maxFields = 20

/** The error's own words, then what lies underneath, down the chain of causes. */
export function explain(error: unknown): { said: string; todo: string | undefined } {
  const todo = error instanceof Trouble ? error.todo : undefined
  const texts = causesOf(error).map((link) => cutAtSpace(messageOf(link), longestMessage))
  const distinct = texts.filter((text, index) => text !== '' && texts.indexOf(text) === index)
  const [own = 'something went wrong', ...underneath] = distinct
  const details = underneath.length > 0 ? ` (${underneath.join('; ')})` : ''
  return { said: cutAtSpace(own + details, longest).toWellFormed(), todo }
}

/** Whether this code of Node's network or resolver is the error's or that of one of its causes. */
export function hasCode(error: unknown, code: string): boolean {
  return causesOf(error).some((link) => 'code' in link && link.code === code)
}

/** The error and what lies underneath, the error first. */
export function causesOf(error: unknown): Error[] {
  const links: Error[] = []
  for (let at = error; at instanceof Error && links.length <= maxLinks; at = at.cause) links.push(at)
  return links
}

/** Which fields are wrong, never with their values. */
function messageOf(error: Error): string {
  if (error instanceof z.ZodError) {
    return error.issues
      .slice(0, maxFields)
      .map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`)
      .join(', ')
  }
  if (error instanceof Trouble || isPublisherError(error)) return error.message
  const code = 'code' in error && typeof error.code === 'string' && !error.message.includes(error.code)
  return code ? `${error.message} ${String(error.code)}`.trim() : error.message
}
