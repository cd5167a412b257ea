/** Texts of a page, in the language of its request. */
import type { Context } from 'hono'
import { languageOf } from '../connections/page.ts'
import { de } from './texts/de.ts'
import { en, type Texts } from './texts/en.ts'

/** Returns the texts of the request's language. */
export function textsOf(c: Context): Texts {
  return languageOf(c) === 'de' ? de : en
}
