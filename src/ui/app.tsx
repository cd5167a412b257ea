/** The whole page: title bar, and below it one photo with its caption, buttons and details, or the grid. */
import './app.css'
import type { ComponentChildren, RefObject } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Farewell, type SignedOut } from './account/farewell.tsx'
import { type Account, serverLanguage } from './api.ts'
import { UploadEntry } from './darkroom/upload/upload-entry.tsx'
import { Bar } from './gallery/bar.tsx'
import { DetailsPanel } from './gallery/details-panel.tsx'
import { Dock, detailsId } from './gallery/dock.tsx'
import type { Gallery, GalleryState } from './gallery/gallery.ts'
import { altText } from './gallery/photo-words.ts'
import { Stage } from './gallery/stage.tsx'
import { useShortcuts } from './keyboard.ts'
import { kindOf } from './problem-kind.ts'
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
  useEffect(() => {
    document.title = isGrid
      ? `${texts.grid.title} · ${tenant}`
      : photo
        ? `${photo.filename} · ${tenant}`
        : tenant
  }, [photo, tenant, isGrid])
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
        <p class="visually-hidden" role="status">
          <span key={announcementKey(state)}>
            {announcement(state)}
            {problem?.detail && <span lang={serverLanguage}> {problem.detail}</span>}
          </span>
        </p>
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

/** A button, since a link to a place in the page would change the address, which is the photo's. */
function skipToContent(): void {
  const main = document.querySelector<HTMLElement>('.page:not([hidden]) > main')
  const target = main?.querySelector<HTMLElement>('a.tile[tabindex="0"]') ?? main
  target?.focus()
}

/** Gives the focus to the button that opened the details when it was lost with them, whichever way they were closed. */
function useFocusAfter(isOpen: boolean, button: RefObject<HTMLButtonElement | null>): void {
  const wasOpen = useRef(isOpen)
  useLayoutEffect(() => {
    const { activeElement } = document
    const isLost = activeElement === document.body || activeElement?.closest('.details')
    if (wasOpen.current && !isOpen && isLost) button.current?.focus()
    wasOpen.current = isOpen
  }, [isOpen, button])
}

/** Who comes from the grid goes on at the photo. */
function useFocusOnPhoto(isGrid: boolean): void {
  const wasGrid = useRef(isGrid)
  useEffect(() => {
    if (wasGrid.current && !isGrid) document.querySelector<HTMLElement>('.stage')?.focus()
    wasGrid.current = isGrid
  }, [isGrid])
}

/** What a screen reader says of a change that others see. */
function announcement({ photo, problem, isBusy, hint, query, index, count }: GalleryState): string {
  if (problem) return `${texts.problems[kindOf(problem)].title}.`
  if (hint) return texts.hints[hint.reason]
  if (isBusy) return photo ? texts.loadingNext : texts.loading
  if (!photo) return ''
  const place = query && index !== null && count !== null ? ` ${texts.grid.place(index + 1, count)}` : ''
  return texts.photo(altText(photo)) + place
}

/** A new element is read out even if its words are those of the one before. */
function announcementKey({ photo, position }: GalleryState): string {
  return `${photo?.filename} ${position}`
}
