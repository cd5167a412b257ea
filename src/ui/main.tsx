/** Starts the web app. */
import { render } from 'preact'
import { type Account, createApi } from './api.ts'
import { App } from './app.tsx'
import { galleryTitle } from './appearance.ts'
import { createGallery, type GalleryState } from './gallery.ts'
import { preloadPicture } from './picture-sources.ts'
import { language } from './texts.ts'
import { restoreTheme } from './theme.ts'
import type { Workbench } from './workbench/workbench.tsx'

const root = document.getElementById('app')
if (!root) throw new Error('index.html holds no element "app"')

const title = galleryTitle()

restoreTheme()
document.documentElement.lang = language
root.replaceChildren()
const api = createApi()
let account: Account | null = null
let shown: GalleryState | null = null

const gallery = createGallery({
  api,
  preload: (photo) => preloadPicture(photo.thumbnail_url),
  onChange(state) {
    shown = state
    draw()
    if (state.problem) askWho()
  },
})
// Who is looking can wait until there is something to look at: on a slow line the photo comes first.
const view = {
  ...gallery,
  pictureLoaded() {
    gallery.pictureLoaded()
    askWho()
  },
}

let Tools: typeof Workbench | null = null
let isAsked = false
function askWho(): void {
  if (isAsked) return
  isAsked = true
  void api.account().then((found) => {
    // Asked again with the next photo.
    isAsked = found !== null
    account = found
    draw()
    if (found?.isAdmin) void fetchTools()
  })
}

/** Visitors are not sent what they cannot use. */
async function fetchTools(): Promise<void> {
  ;({ Workbench: Tools } = await import('./workbench/workbench.tsx'))
  draw()
}

function draw(): void {
  if (!shown || !root) return
  const tools = Tools && account?.isAdmin && (
    <Tools gallery={view} photo={shown.photo} features={account.features} />
  )
  render(<App tenant={title} gallery={view} state={shown} account={account} tools={tools} />, root)
}

gallery.start()
