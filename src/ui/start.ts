/**
 * Starts the web app in the browser's language, and requests the first photo. This script is small and separate, so that the texts and
 * the photo download in parallel with the app, which the built page preloads.
 */
import { askForFirstPhoto } from './first-photo.ts'
import type { Texts } from './texts/en.ts'
import { language, setTexts } from './texts.ts'

async function load(): Promise<Texts> {
  if (language === 'de') return (await import('./texts/de.ts')).de
  return (await import('./texts/en.ts')).en
}

async function start(): Promise<void> {
  // The app's modules read the texts while they load, so the texts come first.
  setTexts(await load())
  await import('./main.tsx')
}

askForFirstPhoto()
// Not awaited: the app imports this script's chunk, so a top-level await would deadlock.
void start()
