/** The whole page: the title bar, and below it the photo or the grid. */
import './app.css'
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Account } from './account/account-api.ts'
import { type SignedOut, SignOutNotice } from './account/sign-out-notice.tsx'
import { UploadEntry } from './darkroom/upload/upload-entry.tsx'
import { Bar } from './gallery/bar.tsx'
import type { Photo } from './gallery/gallery-api.ts'
import { useShortcuts } from './keyboard.ts'
import { skipToContent, useFocusOnPhoto } from './page-focus.ts'
import { PhotoView, type PhotoViewProps } from './photo-view.tsx'
import type { ShortcutSheet } from './shortcut-sheet.tsx'
import { texts } from './texts.ts'

export interface AppProps extends Omit<PhotoViewProps, 'bar' | 'onUpload'> {
  /** Title of the gallery. */
  tenant: string
  /** `null` until the server has named the account. */
  account: Account | null
  /** Short-lived messages for an admin. */
  toasts: ComponentChildren
  /** Renders the grid in place of the photo. */
  grid: (onUpload: (() => void) | null) => ComponentChildren
  /** Number of photos in the grid's list; `null` while unknown. */
  listed: number | null
  /** Result of 'Sign out everywhere', on the page that follows it. */
  signedOut: SignedOut | null
}

export function App(props: AppProps) {
  const { tenant, gallery, state, account, tools, bulk, publications, toasts, grid, listed, signedOut } =
    props
  const { photo, screen, query } = state
  const isGrid = screen === 'grid'
  const isOpen = state.layers.includes('details')
  const setOpen = (isOn: boolean) => gallery.setLayer('details', isOn)
  const help = useHelp()
  const [chooseFiles, setChooseFiles] = useState<(() => void) | null>(null)
  const closeTopmost = () => {
    if (isOpen && photo) return setOpen(false)
    return query ? gallery.openGrid() : false
  }
  useShortcuts({
    next: !isGrid && gallery.next,
    previous: !isGrid && gallery.previous,
    details: !isGrid && (() => setOpen(!isOpen)),
    close: !isGrid && closeTopmost,
    toggleGrid: isGrid ? gallery.closeGrid : gallery.openGrid,
    help: () => void help.open(),
  })
  usePageTitle(tenant, isGrid, photo)
  useFocusOnPhoto(isGrid)
  const bar = (
    <Bar
      tenant={tenant}
      gallery={gallery}
      state={state}
      account={account}
      listed={listed}
      onHelp={() => void help.open()}
      onUpload={chooseFiles}
    />
  )

  return (
    <>
      <button type="button" class="skip" onClick={skipToContent}>
        {isGrid ? texts.grid.skip : texts.skip}
      </button>
      <PhotoView
        gallery={gallery}
        state={state}
        tools={tools}
        bulk={bulk}
        publications={publications}
        bar={bar}
        onUpload={chooseFiles}
      />
      {isGrid && (
        <div class="page grid-page">
          {bar}
          {grid(chooseFiles)}
        </div>
      )}
      {toasts}
      {signedOut && <SignOutNotice signedOut={signedOut} />}
      <UploadEntry
        account={account}
        onReady={(choose) => setChooseFiles(() => choose)}
        onStored={gallery.stored}
        onShow={gallery.visit}
      />
      {help.Sheet && <help.Sheet isAdmin={account?.isAdmin === true} onClose={help.close} />}
    </>
  )
}

/** Opens the list of shortcuts, whose code loads on first use. */
function useHelp() {
  const [state, setState] = useState<{ Sheet: typeof ShortcutSheet | null }>({ Sheet: null })
  return {
    Sheet: state.Sheet,
    async open() {
      // Keys that follow belong to the list, not to the page below.
      addEventListener('keydown', stop, true)
      // Without a connection, the list stays closed.
      const Sheet = await import('./shortcut-sheet.tsx').then(
        (module) => module.ShortcutSheet,
        () => null,
      )
      removeEventListener('keydown', stop, true)
      setState({ Sheet })
    },
    close: () => setState({ Sheet: null }),
  }
}

const stop = (event: Event) => event.stopPropagation()

/** Puts the photo's name, or the grid's, into the title of the browser tab. */
function usePageTitle(tenant: string, isGrid: boolean, photo: Photo | null): void {
  useEffect(() => {
    const screen = isGrid ? texts.grid.title : photo?.filename
    document.title = screen === undefined ? tenant : `${screen} · ${tenant}`
  }, [photo, tenant, isGrid])
}
