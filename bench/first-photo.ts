/** A visit in a browser: when the first photo became visible, and what arrived until then. */
import type { Page } from 'playwright-core'

/** All times in milliseconds since the navigation began. */
export interface Visit {
  firstPaint: number
  photo: number
  /** Bytes transferred, including headers. */
  bytes: number
  layoutShift: number
  way: Step[]
}

/** File or answer that arrived before the first photo was visible. */
interface Step {
  what: string
  from: number
  to: number
  bytes: number
}

/** Waits until the page shows a photo. */
export async function pictureShown(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const shown = document.querySelector<HTMLImageElement>('img.picture')
    return shown?.complete && shown.naturalWidth > 0
  })
}

/**
 * Runs in the page, before its own script. The picture is decoded in the frame that first shows it, so the
 * measurement ends in the task after that frame.
 */
export function watchFirstPhoto(): void {
  const seen = { photo: 0, layoutShift: 0 }
  Object.assign(globalThis, { seen })
  document.addEventListener(
    'load',
    ({ target }) => {
      if (!(target instanceof HTMLImageElement) || !target.matches('.picture')) return
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => {
          seen.photo ||= performance.now()
        }
        port2.postMessage(null)
      })
    },
    true,
  )
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.layoutShift += Number(Reflect.get(entry, 'value'))
  }).observe({ type: 'layout-shift', buffered: true })
}

/** Runs in the page. Returns what the observers and the browser have recorded. */
export function whatWasSeen(): Visit {
  const { photo, layoutShift } = Reflect.get(globalThis, 'seen') as Pick<Visit, 'photo' | 'layoutShift'>
  const files = ['navigation', 'resource'].flatMap(
    (type) => performance.getEntriesByType(type) as PerformanceResourceTiming[],
  )
  const way = files
    .filter(({ responseEnd, transferSize }) => responseEnd <= photo && transferSize > 0)
    .map((file) => ({
      what: new URL(file.name).pathname,
      from: file.startTime,
      to: file.responseEnd,
      bytes: file.transferSize,
    }))
  return {
    firstPaint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    photo,
    bytes: way.reduce((sum, { bytes }) => sum + bytes, 0),
    layoutShift,
    way,
  }
}
