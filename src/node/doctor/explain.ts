/** Describes the error of a check to the operator. */
import { z } from 'zod'
import { isPublisherError } from '../../base/errors.ts'
import { cutAtSpace } from './redaction.ts'
import { Trouble } from './trouble.ts'

const maxLinks = 3
const longest = 400
/** Upper bound on the examined part of a message, in characters. */
const maxMessageLength = 2000
/** Upper bound on faulty fields that are named. */
const maxFields = 20

/** Returns the error's own message, followed by those of its causes. */
export function explain(error: unknown): { said: string; todo: string | undefined } {
  const todo = error instanceof Trouble ? error.todo : undefined
  const texts = causesOf(error).map((link) => cutAtSpace(messageOf(link), maxMessageLength))
  const distinct = texts.filter((text, index) => text !== '' && texts.indexOf(text) === index)
  const [own = 'something went wrong', ...underneath] = distinct
  const details = underneath.length > 0 ? ` (${underneath.join('; ')})` : ''
  return { said: cutAtSpace(own + details, longest).toWellFormed(), todo }
}

/** Checks if the error or a cause has this code of Node's network or resolver. */
export function hasCode(error: unknown, code: string): boolean {
  return causesOf(error).some((link) => 'code' in link && link.code === code)
}

/** Returns the error and its causes, the error first. */
export function causesOf(error: unknown): Error[] {
  const links: Error[] = []
  for (let at = error; at instanceof Error && links.length <= maxLinks; at = at.cause) links.push(at)
  return links
}

/** Returns the message of an error. For a schema error, names the faulty fields but never their values. */
function messageOf(error: Error): string {
  if (error instanceof z.ZodError) {
    return error.issues
      .slice(0, maxFields)
      .map(({ path, message }) => `${path.join('.') || 'the whole value'}: ${message}`)
      .join(', ')
  }
  if (error instanceof Trouble || isPublisherError(error)) return error.message
  const code = 'code' in error && typeof error.code === 'string' && !error.message.includes(error.code)
  return code ? `${error.message} ${String(error.code)}`.trim() : error.message
}
