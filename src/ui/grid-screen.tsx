/** Screen with the grid, whose code loads when the grid is first shown. */
import type { Account } from './account/account-api.ts'
import type { Gallery, GalleryState } from './gallery/gallery.ts'
import { Notice } from './gallery/notice.tsx'
import { folders, sorts } from './gallery/order.ts'
import { unreached } from './problem.ts'
import type { WallLoader } from './wall.ts'

export interface GridScreenProps {
  gallery: Gallery
  loader: WallLoader
  state: GalleryState
  account: Account | null
  /** True if the grid takes the focus, because the visitor comes from another screen. */
  takesFocus: boolean
  /** Opens the file picker; `null` if the visitor cannot upload. */
  onUpload: (() => void) | null
}

export function GridScreen({ gallery, loader, state, account, takesFocus, onUpload }: GridScreenProps) {
  const { query, index } = state
  const { wall } = loader
  if (!query) return null
  if (!wall) {
    if (loader.isLost) return <LostGrid onRetry={() => void loader.load()} />
    void loader.load()
    return null
  }
  const { Grid, listings, library } = wall
  const listing = listings.of(query)
  const features = account?.features
  const isLibrary = library !== null && features?.library === true
  return (
    <Grid
      gallery={gallery}
      listing={listing}
      query={query}
      folders={isLibrary ? folders : null}
      sorts={isLibrary ? sorts : sorts.filter((sort) => sort !== 'largest')}
      selection={(features && library?.selectionIn(listing, features)) ?? null}
      from={index}
      takesFocus={takesFocus}
      onUpload={onUpload}
      tools={features && library?.bar(listing, features)}
    />
  )
}

function LostGrid({ onRetry }: { onRetry: () => void }) {
  return (
    <main class="stage">
      <Notice
        problem={unreached()}
        failures={1}
        isOverPhoto={false}
        isBusy={false}
        onRetry={onRetry}
        onNext={onRetry}
      />
    </main>
  )
}
