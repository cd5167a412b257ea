/** The web app's words in the language that the browser asks for. */
import { de } from './texts/de.ts'
import { en, type Texts } from './texts/en.ts'

const languages: ReadonlyMap<string, Texts> = new Map([
  ['en', en],
  ['de', de],
])

const languageOf = (tag: string) => tag.split('-')[0] ?? ''

/** The first of the browser's languages that there is (BCP 47: the part before the hyphen decides), with its region; else English. */
export const locale: string = navigator.languages.find((tag) => languages.has(languageOf(tag))) ?? 'en'

/** Of the words. */
export const language: string = languageOf(locale)

export const texts: Texts = languages.get(language) ?? en
