/** A headless Chromium, and the two window sizes in which the web app is tested. */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

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

/** Starts the browser at `CHROMIUM_PATH`, by default Debian's. Throws an Error with advice if there is none. */
export async function openChromium(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
  if (!existsSync(executablePath)) {
    throw new Error(
      `There is no Chromium at ${executablePath}. Install it (apt-get install chromium), or set CHROMIUM_PATH.`,
    )
  }
  // Containers run as root without user namespaces, which Chromium's own sandbox needs.
  return chromium.launch({ executablePath, args: ['--no-sandbox', ...quiet] })
}
