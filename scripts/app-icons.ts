/**
 * Makes the icons of the installed app from favicon.svg, and the list of them that the hosts put into its manifest: at each build. Run
 * as a program it makes apple-touch-icon.png anew, which is kept beside the drawing because the page refers to it.
 */
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import type { Plugin } from 'vite'
import { type AppIcon, iconList } from '../src/ports/assets.ts'

const drawing = fileURLToPath(new URL('../src/ui/favicon.svg', import.meta.url))
/** The drawing's own ground, which fills what a launcher cuts away. */
const ground = '#17171a'
/** Of a maskable icon everything within 80 % is seen (W3C, "Web Application Manifest", "safe zone"). */
const safeZone = 0.8

const icons = [
  { pixels: 192, purpose: 'any' },
  { pixels: 512, purpose: 'any' },
  { pixels: 512, purpose: 'maskable' },
] as const

/** The one that Apple's home screen wants, without transparent corners, which it would fill with black. The page links to it. */
const appleTouchIcon = fileURLToPath(new URL('../src/ui/apple-touch-icon.png', import.meta.url))

/** A Vite plugin. The icons get fingerprinted names; `icons.json` beside the page lists them. */
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

/** The drawing on `inset` of the width, the ground around it; the corners stay clear where it fills everything. */
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
