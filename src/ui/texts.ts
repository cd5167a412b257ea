/** The web app's words in the language that the browser asks for. */
import { de } from './texts/de.ts'
import { en, type Texts } from './texts/en.ts'

const languages: ReadonlyMap<string, Texts> = new Map([
  ['en', en],
  ['de', de],
])

/** The first of the browser's languages that there is (BCP 47: the part before the hyphen decides), else English. */
export const language: string =
  navigator.languages.map((tag) => tag.split('-')[0] ?? '').find((tag) => languages.has(tag)) ?? 'en'

export const texts: Texts = languages.get(language) ?? en
