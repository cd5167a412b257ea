/** Starts the settings page in the browser's language. */
import { language } from '../texts.ts'
import type { Words } from './texts/en.ts'
import { setWords } from './words.ts'

async function load(): Promise<Words> {
  if (language === 'de') return (await import('./texts/de.ts')).deWords
  return (await import('./texts/en.ts')).enWords
}

async function start(): Promise<void> {
  // The page's modules read the texts while they load, so the texts come first.
  setWords(await load())
  await import('./main.tsx')
}

// Not awaited: the page's modules may share this script's chunk, so a top-level await would deadlock.
void start()
