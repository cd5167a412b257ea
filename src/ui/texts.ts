/** The web app's words in the language that the browser asks for. */
import type { Texts } from './texts/en.ts'

const languages: ReadonlySet<string> = new Set(['en', 'de'])

const languageOf = (tag: string) => tag.split('-')[0] ?? ''

/** First of the browser's languages that the app speaks (BCP 47: the part before the hyphen decides), with its region; else English. */
export const locale: string = navigator.languages.find((tag) => languages.has(languageOf(tag))) ?? 'en'

/** Language of the words. */
export const language: string = languageOf(locale)

/** The words. Set once, before any module that reads them is loaded. */
export let texts: Texts

export function setTexts(loaded: Texts): void {
  texts = loaded
}
