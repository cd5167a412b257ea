/** Above everything: whose gallery it is, how many photos, and the ways to elsewhere. */
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
  /** How many photos the grid lists, where that is known. */
  listed: number | null
  onHelp: () => void
  /** Opens the picker of files; `null` where nobody may upload. */
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
  // The line of a number that is still on its way is kept free, so that nothing moves when it comes.
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
