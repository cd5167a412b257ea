/** Language of a request, and the texts of its pages. */
import type { Context } from 'hono'
import { de } from './texts/de.ts'
import { en, type Texts } from './texts/en.ts'

export type Language = 'en' | 'de'

/** Returns the language that the browser prefers: the first of `Accept-Language` that the pages have. */
export function languageOf(c: Context): Language {
  const wanted = (c.req.header('accept-language') ?? '').slice(0, 200).toLowerCase().split(',')
  const found = wanted.map((part) => part.trim().slice(0, 2)).find((code) => code === 'de' || code === 'en')
  return found === 'de' ? 'de' : 'en'
}

/** Returns the texts of the request's language. */
export function textsOf(c: Context): Texts {
  return languageOf(c) === 'de' ? de : en
}
