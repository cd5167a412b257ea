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
  await whenStyled()
  await import('./main.tsx')
}

/** Resolves when the document and its style sheets have loaded or failed. This script runs earlier, because it is async. */
async function whenStyled(): Promise<void> {
  if (document.readyState === 'loading') await next(document, 'DOMContentLoaded')
  if (document.readyState === 'complete') return
  const sheets = document.querySelectorAll<HTMLLinkElement>('link[rel=stylesheet]')
  const isThere = [...sheets].map((link) => link.sheet ?? next(link, 'load'))
  // The load of the window follows even if a sheet has failed.
  await Promise.race([Promise.all(isThere), next(window, 'load')])
}

function next(target: EventTarget, type: string): Promise<unknown> {
  return new Promise((resolve) => target.addEventListener(type, resolve, { once: true }))
}

askForFirstPhoto()
// Not awaited: the app imports this script's chunk, so a top-level await would deadlock.
void start()
