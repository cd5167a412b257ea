/** Texts of the web app in the browser's language. */
import type { Texts } from './texts/en.ts'

const languages: ReadonlySet<string> = new Set(['en', 'de'])

const languageOf = (tag: string) => tag.split('-')[0] ?? ''

/** First supported language of the browser, with its region; English by default. The part before the hyphen decides (BCP 47). */
export const locale: string = navigator.languages.find((tag) => languages.has(languageOf(tag))) ?? 'en'

/** Language of the texts. */
export const language: string = languageOf(locale)

/** Texts of the page. Set once, before any module that reads them loads. */
export let texts: Texts

export function setTexts(loaded: Texts): void {
  texts = loaded
}
