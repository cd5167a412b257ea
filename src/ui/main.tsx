/** Starts the web app. */
import { render } from 'preact'
import { createApi } from './api.ts'
import { App } from './app.tsx'
import { createGallery } from './gallery.ts'
import { preloadPicture } from './picture-sources.ts'
import { restoreTheme } from './theme.ts'

const root = document.getElementById('app')
if (!root) throw new Error('index.html holds no element "app"')

/** `alice.shibari.photo` is alice's. */
const [tenant = location.hostname] = location.hostname.split('.')

restoreTheme()
root.replaceChildren()
const gallery = createGallery({
  api: createApi(),
  preload: (photo) => preloadPicture(photo.thumbnail_url),
  onChange: (state) => render(<App tenant={tenant} gallery={gallery} state={state} />, root),
})
gallery.start()
