/**
 * Starts the web app in the language that the browser asks for. A small script of its own: the words download beside the app, which the
 * built page preloads.
 */
import type { Texts } from './texts/en.ts'
import { language, setTexts } from './texts.ts'

async function load(): Promise<Texts> {
  if (language === 'de') return (await import('./texts/de.ts')).de
  return (await import('./texts/en.ts')).en
}

async function start(): Promise<void> {
  // The app's modules read the words while they load, so the words come first.
  setTexts(await load())
  await import('./main.tsx')
}

// Not awaited: the app imports this script's chunk, and would wait for its end.
void start()
