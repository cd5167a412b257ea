/** A headless Chromium, and the two window sizes in which the web app is tested. */
import { type Browser, chromium } from 'playwright-core'
import { findChromium } from './tools.ts'

export const phone = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
}
export const desktop = { viewport: { width: 1440, height: 900 } }

const quiet = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts Chromium. Throws an Error with the command that installs Chromium if it is missing. */
export async function openChromium(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === null) throw new Error('Chromium is missing. Install it: npm run test:tools')
  // Containers run as root without user namespaces, which Chromium's own sandbox needs.
  return chromium.launch({ executablePath, args: ['--no-sandbox', ...quiet] })
}
