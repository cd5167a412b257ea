/**
 * Renders the installed app's icons from favicon.svg, and `icons.json` for the hosts' manifest, at each build.
 * Run as a program, it remakes apple-touch-icon.png, which is kept in git because the page links to it.
 */
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import type { Plugin } from 'vite'
import { type AppIcon, iconList } from '../src/ports/assets.ts'

const drawing = fileURLToPath(new URL('../src/ui/favicon.svg', import.meta.url))
/** The drawing's own background, which fills what a launcher crops. */
const ground = '#17171a'
/** Share of a maskable icon that is always visible (W3C, "Web Application Manifest", "safe zone"). */
const safeZone = 0.8

const icons = [
  { pixels: 192, purpose: 'any' },
  { pixels: 512, purpose: 'any' },
  { pixels: 512, purpose: 'maskable' },
] as const

/**
 * Icon for Apple's home screen, linked from the page. It is opaque, because Apple fills transparent corners
 * with black.
 */
const appleTouchIcon = fileURLToPath(new URL('../src/ui/apple-touch-icon.png', import.meta.url))

/** Creates a Vite plugin. The icons get fingerprinted names; `icons.json` beside the page lists them. */
export function appIcons(): Plugin {
  return {
    name: 'app-icons',
    apply: 'build',
    async generateBundle() {
      const svg = await readFile(drawing)
      const emit = (name: string, extension: string, source: Uint8Array) => {
        const digest = createHash('sha256').update(source).digest('hex').slice(0, 8)
        const fileName = `assets/${name}-${digest}.${extension}`
        this.emitFile({ type: 'asset', fileName, source })
        return `/${fileName}`
      }
      const list: AppIcon[] = [
        { src: emit('icon', 'svg', svg), sizes: 'any', type: 'image/svg+xml', purpose: 'any' },
      ]
      for (const { pixels, purpose } of icons) {
        const inset = purpose === 'maskable' ? safeZone : 1
        const src = emit(`icon-${pixels}-${purpose}`, 'png', await picture(svg, pixels, inset))
        list.push({ src, sizes: `${pixels}x${pixels}`, type: 'image/png', purpose })
      }
      this.emitFile({ type: 'asset', fileName: iconList, source: JSON.stringify(list) })
    },
  }
}

/**
 * Renders the drawing at `inset` of the width on its background. Corners stay transparent if the drawing
 * fills the icon.
 */
async function picture(svg: Uint8Array, pixels: number, inset: number): Promise<Uint8Array> {
  const inner = Math.round(pixels * inset)
  const density = (72 * inner) / 32
  const drawn = await sharp(svg, { density }).resize(inner, inner).png().toBuffer()
  if (inset === 1) return drawn
  const create = { width: pixels, height: pixels, channels: 3, background: ground } as const
  return sharp({ create })
    .composite([{ input: drawn }])
    .png({ palette: true })
    .toBuffer()
}

if (import.meta.main) await writeFile(appleTouchIcon, await picture(await readFile(drawing), 180, safeZone))
