/** The whole page: title bar, and below it one photo with its caption, buttons and details, or the grid. */
import './app.css'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Account } from './account/account-api.ts'
import { Farewell, type SignedOut } from './account/farewell.tsx'
import { Announcement } from './announcement.tsx'
import { UploadEntry } from './darkroom/upload/upload-entry.tsx'
import { Bar } from './gallery/bar.tsx'
import { DetailsPanel } from './gallery/details-panel.tsx'
import { Dock, detailsId } from './gallery/dock.tsx'
import type { Gallery, GalleryState } from './gallery/gallery.ts'
import type { Photo } from './gallery/gallery-api.ts'
import { Stage } from './gallery/stage.tsx'
import { useShortcuts } from './keyboard.ts'
import { skipToContent, useFocusAfter, useFocusOnPhoto } from './page-focus.ts'
import { ShortcutSheet } from './shortcut-sheet.tsx'
import { texts } from './texts.ts'

export interface AppProps {
  /** Whose gallery this is. */
  tenant: string
  gallery: Gallery
  state: GalleryState
  /** `null` until it is known who is looking. */
  account: Account | null
  /** An admin's tools; nothing for anybody else. */
  tools: ComponentChildren
  /** Work on many photos and what came of it, while a photo is shown. */
  bulk: ComponentChildren
  /** For admins, on top of the details: where the photo is published. */
  publications: ComponentChildren
  /** What an admin is told in passing. */
  toasts: ComponentChildren
  /** In place of the photo while the grid is shown. */
  grid: (onUpload: (() => void) | null) => ComponentChildren
  /** How many photos that lists, where it is known. */
  listed: number | null
  /** Result of 'Sign out everywhere', right after it. */
  signedOut: SignedOut | null
}

export function App(props: AppProps) {
  const { tenant, gallery, state, account, tools, bulk, publications, toasts, grid, listed, signedOut } =
    props
  const { photo, problem, screen, query } = state
  const isGrid = screen === 'grid'
  const isOpen = state.layers.includes('details')
  const setOpen = (isOn: boolean) => gallery.setLayer('details', isOn)
  const [isHelpOpen, setHelpOpen] = useState(false)
  const [chooseFiles, setChooseFiles] = useState<(() => void) | null>(null)
  const detailsButton = useRef<HTMLButtonElement>(null)
  const close = () => setOpen(false)
  useFocusAfter(isOpen, detailsButton)
  const closeTopmost = () => {
    if (isOpen && photo) return close()
    return query ? gallery.openGrid() : false
  }
  useShortcuts({
    next: !isGrid && gallery.next,
    previous: !isGrid && gallery.previous,
    details: !isGrid && (() => setOpen(!isOpen)),
    close: !isGrid && closeTopmost,
    toggleGrid: isGrid ? gallery.closeGrid : gallery.openGrid,
    help: () => setHelpOpen(true),
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
      onHelp={() => setHelpOpen(true)}
      onUpload={chooseFiles}
    />
  )

  return (
    <>
      <button type="button" class="skip" onClick={skipToContent}>
        {isGrid ? texts.grid.skip : texts.skip}
      </button>
      {/* An open sheet stays there while the grid is shown. */}
      <div class={`page ${isOpen && photo ? 'with-details' : ''}`} hidden={isGrid}>
        {!isGrid && bar}
        <Stage gallery={gallery} state={state} onUpload={chooseFiles} />
        {(photo || !problem) && (
          <Dock
            gallery={gallery}
            state={state}
            isOpen={isOpen}
            detailsButton={detailsButton}
            onDetails={() => setOpen(!isOpen)}
            tools={tools}
          />
        )}
        {!isGrid && bulk}
        {photo && (
          <DetailsPanel
            id={detailsId}
            photo={photo}
            isOpen={isOpen}
            publications={isOpen && publications}
            onClose={close}
          />
        )}
        <Announcement state={state} />
      </div>
      {isGrid && (
        <div class="page grid-page">
          {bar}
          {grid(chooseFiles)}
        </div>
      )}
      {toasts}
      {signedOut && <Farewell signedOut={signedOut} />}
      <UploadEntry
        account={account}
        onReady={(choose) => setChooseFiles(() => choose)}
        onStored={gallery.stored}
        onShow={gallery.visit}
      />
      {isHelpOpen && <ShortcutSheet isAdmin={account?.isAdmin === true} onClose={() => setHelpOpen(false)} />}
    </>
  )
}

/** Names the shown photo, or the grid, in the browser's title. */
function usePageTitle(tenant: string, isGrid: boolean, photo: Photo | null): void {
  useEffect(() => {
    const screen = isGrid ? texts.grid.title : photo?.filename
    document.title = screen === undefined ? tenant : `${screen} · ${tenant}`
  }, [photo, tenant, isGrid])
}
