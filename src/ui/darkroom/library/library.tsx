/** What only admins can do with many photos: fetched for them alone. */
import type { ComponentChildren } from 'preact'
import type { Features } from '../../account/account-api.ts'
import type { GridSelection } from '../../gallery/grid/grid-props.ts'
import type { Listing } from '../../gallery/grid/listing.ts'
import type { Item } from '../../gallery/order.ts'
import { actionsIn } from './allowed-actions.ts'
import { type BulkState, createBulk } from './bulk.ts'
import { BulkResult } from './bulk-result.tsx'
import { FolderTools } from './folder-tools.tsx'
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
  /** What is under way and what came of it, beside a photo; nothing where there is nothing to tell. */
  result(features: Features): ComponentChildren
}

export interface LibraryOptions {
  onChange: () => void
  /** These photos are no longer where they were; those that came in are in the inbox now. */
  onGone: (items: readonly Item[], cameIn: readonly Item[]) => void
  /** Photos have come back. */
  onBack: () => void
}

export function createLibrary({ onChange, onGone, onBack }: LibraryOptions): Library {
  let state: BulkState | null = null
  let hasBegun = false
  // Whoever marks other photos has done with what became of the ones before, and needs the tools.
  const selection = createSelection(onChange, () => {
    if (state && !state.isRunning) bulk.dismiss()
  })
  const bulk = createBulk({
    onBack,
    onChange(next) {
      hasBegun ||= next?.isRunning === true && !state?.isRunning
      state = next
      onChange()
    },
    onGone(items, cameIn) {
      selection.forget(items)
      onGone(items, cameIn)
    },
  })
  const takesFocus = () => {
    const takes = hasBegun
    hasBegun = false
    return takes
  }
  const resultOf = (features: Features, isAside: boolean) =>
    state && (
      <BulkResult bulk={bulk} state={state} features={features} takesFocus={takesFocus} isAside={isAside} />
    )
  return {
    selectionIn(listing, features) {
      if (actionsIn(listing.query.folder, features).length === 0) return null
      selection.follow(listing)
      return selection
    },
    bar: ({ query: { folder } }, features) => (
      <SelectionBar
        selection={selection}
        bulk={bulk}
        result={resultOf(features, false)}
        features={features}
        folder={folder}
      />
    ),
    tools: (item, features) => (
      <FolderTools
        key={item.folder}
        item={item}
        features={features}
        bulk={bulk}
        isBusy={state?.isRunning === true}
      />
    ),
    result: (features) => resultOf(features, true),
  }
}
