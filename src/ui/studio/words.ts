/** Texts of the settings page in the browser's language. */
import type { Words } from './texts/en.ts'

/** Texts of the page. Set once, before any module that reads them loads. */
export let words: Words

export function setWords(loaded: Words): void {
  words = loaded
}
