/** Starts the web app. */
import { render } from 'preact'
import { takeFarewell } from './account/farewell.tsx'
import { type Account, createApi, unreached } from './api.ts'
import { App } from './app.tsx'
import type { AdminWorkbench } from './darkroom/workbench/admin-workbench.tsx'
import { galleryTitle } from './gallery/appearance.ts'
import { createGallery, type GalleryState } from './gallery/gallery.ts'
import { Notice } from './gallery/notice.tsx'
import { folders, sorts } from './gallery/order.ts'
import { preloadPicture } from './gallery/picture-sources.ts'
import { language, texts } from './texts.ts'
import { restoreTheme } from './theme.ts'
import { createWallLoader } from './wall.ts'

/** Before the gallery writes its own address over it. */
const signedOut = takeFarewell()
const root = document.getElementById('app')
if (!root) throw new Error('index.html holds no element "app"')

const title = galleryTitle()

restoreTheme()
document.documentElement.lang = language
root.replaceChildren()
const api = createApi()
let account: Account | null = null
let shown: GalleryState | null = null
/** Screens that were drawn: on a second one the focus goes where the person goes. */
const visited = new Set<GalleryState['screen']>()

const loader = createWallLoader({
  api,
  whoIsThere: () => askWho(),
  onChange: () => draw(),
  onGone(items, cameIn) {
    const shownItem = shown?.screen === 'photo' && shown.item
    const gone = items.find(
      (item) => shownItem && item.name === shownItem.name && item.folder === shownItem.folder,
    )
    // The photo that is shown counts itself out.
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
    if (state.problem) void askWho()
  },
})
// Who is looking can wait until there is something to look at: on a slow line the photo comes first.
const view = {
  ...gallery,
  pictureLoaded() {
    gallery.pictureLoaded()
    void askWho()
  },
}

let workbench: AdminWorkbench | null = null
let areToolsLost = false
let asked: Promise<Account | null> | null = null
/** Who was signed in last on this page, and when that was asked. */
let owner: string | null = null
let askedAt = 0
/** Milliseconds between two looks at a session that may have ended elsewhere. */
const leastMsBetweenLooks = 60_000
function askWho(): Promise<Account | null> {
  asked ??= api.account().then((found) => {
    // Asked again with the next photo.
    if (!found) asked = null
    account = found
    owner = found?.email ?? null
    askedAt = Date.now()
    draw()
    if (found?.isAdmin) void fetchTools(found)
    return found
  })
  return asked
}

/** Whether the session is still that of before. What an admin has begun stays in sight without one: it says itself what it needs. */
async function lookAgain(): Promise<void> {
  if (document.hidden || !account || Date.now() - askedAt < leastMsBetweenLooks) return
  askedAt = Date.now()
  const found = await api.account()
  if (!found || !account) return
  if (found.email === null && account.isAdmin)
    account = { ...account, email: null, canSignIn: found.canSignIn }
  else {
    const isSomebodyElse = found.email !== owner
    account = found
    owner = found.email
    if (isSomebodyElse) {
      workbench = null
      if (found.isAdmin) void fetchTools(found)
    }
  }
  draw()
}
document.addEventListener('visibilitychange', () => void lookAgain())
addEventListener('online', () => void lookAgain())

/** Visitors are not sent what they cannot use. */
async function fetchTools({ email }: Account): Promise<void> {
  try {
    const { createWorkbench } = await import('./darkroom/workbench/admin-workbench.tsx')
    workbench = createWorkbench({ gallery: view, owner: email ?? '', onChange: draw })
  } catch {
    // The connection broke off, or the page is older than the files that are there now.
    areToolsLost = true
  }
  draw()
}

function draw(): void {
  if (!shown || !root) return
  render(
    <App
      tenant={title}
      gallery={view}
      state={shown}
      account={account}
      tools={toolsOf(shown)}
      bulk={account?.isAdmin && loader.wall?.library?.result(account.features)}
      publications={publicationsOf(shown)}
      toasts={workbench?.toasts()}
      grid={(onUpload) => shown && gridFor(shown, onUpload)}
      signedOut={signedOut}
      listed={(shown.query && loader.wall?.listings.of(shown.query).count) ?? null}
    />,
    root,
  )
  visited.add(shown.screen)
}

function publicationsOf({ photo, item }: GalleryState) {
  if (!workbench || !account?.isAdmin || !photo || !item) return null
  return workbench.publications(photo, item.folder, account.features)
}

function toolsOf({ screen, photo, item, layers }: GalleryState) {
  if (areToolsLost) return <LostTools />
  if (!workbench || !account?.isAdmin) return null
  const { features } = account
  const isElsewhere = item !== null && item.folder !== 'root'
  return (
    <>
      <div class="tools-of-root" hidden={isElsewhere}>
        {workbench.tools(screen === 'grid' || isElsewhere ? null : photo, features, layers.includes('sheet'))}
      </div>
      {isElsewhere && photo && screen === 'photo' && loader.wall?.library?.tools(item, features)}
    </>
  )
}

/** Browsers remember that a module failed, so only a new page asks again. What was typed is on this device. */
function LostTools() {
  return (
    <div class="tools-lost" role="alert">
      <span>{texts.toolsLost.title}</span>
      <button type="button" class="button" onClick={() => location.reload()}>
        {texts.toolsLost.reload}
      </button>
    </div>
  )
}

function gridFor({ query, index }: GalleryState, onUpload: (() => void) | null) {
  const { wall } = loader
  if (!query) return null
  if (!wall) {
    if (!loader.isLost) void loader.load()
    return loader.isLost && <LostGrid />
  }
  const { Grid, listings, library } = wall
  const listing = listings.of(query)
  const features = account?.features
  const isLibrary = library !== null && features?.library === true
  return (
    <Grid
      gallery={view}
      listing={listing}
      query={query}
      folders={isLibrary ? folders : null}
      sorts={isLibrary ? sorts : sorts.filter((sort) => sort !== 'largest')}
      selection={(features && library?.selectionIn(listing, features)) ?? null}
      from={index}
      takesFocus={visited.has('photo')}
      onUpload={onUpload}
      tools={features && library?.bar(listing, features)}
    />
  )
}

function LostGrid() {
  return (
    <main class="stage">
      <Notice
        problem={unreached()}
        failures={1}
        isOverPhoto={false}
        isBusy={false}
        onRetry={() => void loader.load()}
        onNext={() => void loader.load()}
      />
    </main>
  )
}

gallery.start()
