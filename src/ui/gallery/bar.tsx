/** Title bar: the gallery's title, the number of photos, and buttons. */
import './bar.css'
import { AccountMenu } from '../account/account.tsx'
import type { Account } from '../account/account-api.ts'
import { GridIcon, KeysIcon, PhotoIcon, UploadIcon } from '../icons.tsx'
import { texts } from '../texts.ts'
import type { Gallery, GalleryState } from './gallery.ts'
import { ThemeButton } from './theme-button.tsx'

export interface BarProps {
  tenant: string
  gallery: Gallery
  state: GalleryState
  account: Account | null
  /** Number of photos in the grid's list; `null` while unknown. */
  listed: number | null
  onHelp: () => void
  /** Opens the file picker; `null` if the visitor cannot upload. */
  onUpload: (() => void) | null
}

export function Bar({ tenant, gallery, state, account, listed, onHelp, onUpload }: BarProps) {
  const { screen, count, index, query } = state
  const isGrid = screen === 'grid'
  const total = isGrid ? listed : query ? null : count
  const place =
    !isGrid && query && index !== null && count !== null
      ? texts.grid.place(index + 1, count)
      : total !== null && texts.grid.count(total)
  // Reserves the line of a number that is still loading, so that nothing moves when it arrives.
  const isComing = !place && !state.problem
  return (
    <header class="bar">
      <div class="title">
        <h1>{tenant}</h1>
        {(place || isComing) && <p class="count muted">{place}</p>}
      </div>
      <div class="bar-end">
        <AccountMenu account={account} />
        {onUpload && (
          <button
            type="button"
            class="button icon"
            aria-label={texts.upload.choose}
            title={texts.upload.choose}
            onClick={onUpload}
          >
            <UploadIcon />
          </button>
        )}
        <button
          type="button"
          class="button icon help"
          aria-label={texts.shortcuts.title}
          aria-keyshortcuts="?"
          onClick={onHelp}
        >
          <KeysIcon />
        </button>
        <button
          type="button"
          class="button icon"
          aria-label={isGrid ? texts.grid.close : texts.grid.open}
          title={isGrid ? texts.grid.close : texts.grid.open}
          aria-keyshortcuts="G"
          onClick={isGrid ? gallery.closeGrid : gallery.openGrid}
        >
          {isGrid ? <PhotoIcon /> : <GridIcon />}
        </button>
        <ThemeButton />
      </div>
    </header>
  )
}
