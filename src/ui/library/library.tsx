/** What only admins can do with many photos: fetched for them alone. */
import type { ComponentChildren } from 'preact'
import type { Features } from '../api.ts'
import type { GridSelection } from '../grid/grid-props.ts'
import type { Listing } from '../grid/listing.ts'
import type { Item } from '../order.ts'
import { actionsIn } from './allowed-actions.ts'
import { createBulk } from './bulk.ts'
import { FolderTools } from './folder-tools.tsx'
import './library.css'
import type { BulkState } from './bulk.ts'
import { createSelection } from './selection.ts'
import { SelectionBar } from './selection-bar.tsx'

export { librarySource } from './library-source.ts'

export interface Library {
  /** `null` where nothing can be done with what would be marked. */
  selectionIn(listing: Listing, features: Features): GridSelection | null
  /** Below the grid. */
  bar(listing: Listing, features: Features): ComponentChildren
  /** Below a photo of another folder. */
  tools(item: Item, features: Features): ComponentChildren
}

export interface LibraryOptions {
  onChange: () => void
  /** These photos are no longer where they were. */
  onGone: (items: readonly Item[]) => void
  /** Photos have come back. */
  onBack: () => void
}

export function createLibrary({ onChange, onGone, onBack }: LibraryOptions): Library {
  let state: BulkState | null = null
  // Whoever marks other photos has done with what became of the ones before, and needs the tools.
  const selection = createSelection(onChange, () => {
    if (state && !state.isRunning) bulk.dismiss()
  })
  const bulk = createBulk({
    onBack,
    onChange(next) {
      state = next
      onChange()
    },
    onGone(items) {
      selection.forget(items)
      onGone(items)
    },
  })
  return {
    selectionIn(listing, features) {
      if (actionsIn(listing.query.folder, features).length === 0) return null
      selection.follow(listing)
      return selection
    },
    bar: ({ query: { folder } }, features) => (
      <SelectionBar selection={selection} bulk={bulk} state={state} features={features} folder={folder} />
    ),
    tools: (item, features) => (
      <FolderTools key={item.folder} item={item} features={features} bulk={bulk} state={state} />
    ),
  }
}
