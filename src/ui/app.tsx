/** The whole page: title bar, the photo, its caption and the buttons, its details. */
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { AccountMenu } from './account.tsx'
import type { Account } from './api.ts'
import { DetailsPanel } from './details-panel.tsx'
import { Dock, detailsId } from './dock.tsx'
import type { Gallery, GalleryState } from './gallery.ts'
import { useShortcuts } from './keyboard.ts'
import { altText } from './photo-words.ts'
import { kindOf } from './problem-kind.ts'
import { Stage } from './stage.tsx'
import { texts } from './texts.ts'
import { ThemeButton } from './theme-button.tsx'
import { UploadEntry } from './upload-entry.tsx'

export interface AppProps {
  /** Whose gallery this is. */
  tenant: string
  gallery: Gallery
  state: GalleryState
  /** `null` until it is known who is looking. */
  account: Account | null
  /** An admin's tools; nothing for anybody else. */
  tools: ComponentChildren
}

export function App({ tenant, gallery, state, account, tools }: AppProps) {
  const { photo, problem } = state
  const [isOpen, setOpen] = useState(false)
  const detailsButton = useRef<HTMLButtonElement>(null)
  const close = () => {
    setOpen(false)
    detailsButton.current?.focus()
  }
  useShortcuts({
    next: gallery.next,
    previous: gallery.previous,
    toggleDetails: () => setOpen((was) => !was),
    closeDetails: () => isOpen && close(),
  })
  useEffect(() => {
    document.title = photo ? `${photo.filename} · ${tenant}` : tenant
  }, [photo, tenant])

  return (
    <div class={`page ${isOpen && photo ? 'with-details' : ''}`}>
      <header class="bar">
        <h1>{tenant}</h1>
        <div class="bar-end">
          <UploadEntry account={account} onStored={photo ? () => {} : gallery.visit} onShow={gallery.visit} />
          <AccountMenu account={account} />
          <ThemeButton />
        </div>
      </header>
      <Stage gallery={gallery} state={state} />
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
      {photo && <DetailsPanel id={detailsId} photo={photo} isOpen={isOpen} onClose={close} />}
      <p class="visually-hidden" role="status">
        <span key={announcementKey(state)}>{announcement(state)}</span>
      </p>
    </div>
  )
}

/** What a screen reader says of a change that others see. */
function announcement({ photo, problem, isBusy, hint }: GalleryState): string {
  if (problem) return [texts.problems[kindOf(problem)].title, problem.detail ?? ''].join('. ').trimEnd()
  if (hint) return texts.hints[hint.reason]
  if (isBusy) return photo ? texts.loadingNext : texts.loading
  return photo ? texts.photo(altText(photo)) : ''
}

/** A new element is read out even if its words are those of the one before. */
function announcementKey({ photo, position }: GalleryState): string {
  return `${photo?.filename} ${position}`
}
