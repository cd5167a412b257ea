/** Starts the web app: creates the gallery, the session and the admin tools, and renders the page after each change. */
import './main.css'
import { render } from 'preact'
import { createSession } from './account/session.ts'
import { takeSignOutNotice } from './account/sign-out-notice.tsx'
import { createAdminTools } from './admin-tools.tsx'
import { App } from './app.tsx'
import { galleryTitle } from './gallery/appearance.ts'
import { createGallery, type GalleryState } from './gallery/gallery.ts'
import { createGalleryApi } from './gallery/gallery-api.ts'
import { keyOf } from './gallery/order.ts'
import { preloadPicture } from './gallery/picture-sources.ts'
import { GridScreen } from './grid-screen.tsx'
import { language } from './texts.ts'
import { restoreTheme } from './theme.ts'
import { createWallLoader } from './wall.ts'

// Read before the gallery overwrites the address.
const signedOut = takeSignOutNotice()
const root = document.getElementById('app')
if (!root) throw new Error('index.html holds no element "app"')

const title = galleryTitle()

restoreTheme()
document.documentElement.lang = language
root.replaceChildren()
const api = createGalleryApi()
let shown: GalleryState | null = null
/** Screens rendered so far. After a change of screens, the new screen takes the focus. */
const visited = new Set<GalleryState['screen']>()

const session = createSession({ onPerson: (account) => adminTools.begin(account), onChange: draw })

const loader = createWallLoader({
  api,
  whoIsThere: session.ask,
  onChange: draw,
  onGone(items, cameIn) {
    const shownItem = shown?.screen === 'photo' ? shown.item : null
    const gone = items.find((item) => shownItem && keyOf(item) === keyOf(shownItem))
    // The shown photo is left out here, because `gallery.leave` subtracts it.
    gallery.counted(cameIn, items.filter((item) => item !== gone && item.folder === 'root').length)
    if (gone) gallery.leave(gone.name, gone.folder)
    else loader.wall?.listings.drop(items)
  },
})

const gallery = createGallery({
  api,
  preload: (photo) => preloadPicture(photo.thumbnail_url),
  orderOf: loader.orderOf,
  onListChange: loader.outdate,
  onChange(state) {
    shown = state
    draw()
    if (state.problem) void session.ask()
  },
})
// Asks for the account only after the first picture, so that the photo comes first on a slow connection.
const view = {
  ...gallery,
  pictureLoaded() {
    gallery.pictureLoaded()
    void session.ask()
  },
}
const adminTools = createAdminTools(view, draw)

function draw(): void {
  if (!shown || !root) return
  const state = shown
  const { account } = session
  const { wall } = loader
  render(
    <App
      tenant={title}
      gallery={view}
      state={state}
      account={account}
      tools={adminTools.buttons(state, account, wall)}
      bulk={account?.isAdmin && wall?.library?.result(account.features)}
      publications={adminTools.publications(state, account)}
      toasts={adminTools.toasts()}
      grid={(onUpload) => (
        <GridScreen
          gallery={view}
          loader={loader}
          state={state}
          account={account}
          takesFocus={visited.has('photo')}
          onUpload={onUpload}
        />
      )}
      signedOut={signedOut}
      listed={(state.query && wall?.listings.of(state.query).count) ?? null}
    />,
    root,
  )
  visited.add(state.screen)
}

session.watch()
gallery.start()
