/** Tools of the routes of pages. */
import type { Context } from 'hono'
import type { PeopleServices } from '../people-services.ts'
import { Refused } from '../registry/sql/refusals.ts'
import type { ActContext } from './acts/act.ts'

type Answer = Response | Promise<Response>

export interface PageTools {
  services: PeopleServices
  /** Wraps a handler for operators. Other visitors are sent to the sign-in. */
  signedIn(handler: (c: Context, context: ActContext) => Answer): (c: Context) => Promise<Response>
}

export type Form = ReadonlyMap<string, readonly string[]>

/** Reads the texts of a form. Throws {@link Refused} for a text that no database stores. */
export async function formOf(c: Context): Promise<Form> {
  const pairs = [...new URLSearchParams(await c.req.text())]
  if (pairs.some(([, text]) => text.includes('\0'))) throw new Refused('A text of the form has a NUL.')
  const byName = Map.groupBy(pairs, ([name]) => name)
  return new Map([...byName].map(([name, found]) => [name, found.map(([, text]) => text)]))
}

/** Returns the first value of a field, or an empty text. */
export function textIn(form: Form, name: string): string {
  return form.get(name)?.[0] ?? ''
}

/** Returns the lines of a field without empty lines. */
export function linesIn(form: Form, name: string): string[] {
  return textIn(form, name)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}
