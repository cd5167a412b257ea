/** Starts the web app. */
import { render } from 'preact'
import { type Account, createApi } from './api.ts'
import { App } from './app.tsx'
import { createGallery, type GalleryState } from './gallery.ts'
import { preloadPicture } from './picture-sources.ts'
import { restoreTheme } from './theme.ts'

const root = document.getElementById('app')
if (!root) throw new Error('index.html holds no element "app"')

/** `alice.shibari.photo` is alice's. */
const [tenant = location.hostname] = location.hostname.split('.')

restoreTheme()
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

let isAsked = false
function askWho(): void {
  if (isAsked) return
  isAsked = true
  void api.account().then((found) => {
    // Asked again with the next photo.
    isAsked = found !== null
    account = found
    draw()
  })
}

function draw(): void {
  if (shown && root) render(<App tenant={tenant} gallery={view} state={shown} account={account} />, root)
}

gallery.start()
