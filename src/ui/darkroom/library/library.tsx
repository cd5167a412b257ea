/** Admin actions on many photos. Only admins download this code. */
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
  /** Returns the selection of this list, or `null` if no action applies to its photos. */
  selectionIn(listing: Listing, features: Features): GridSelection | null
  /** Renders the bar below the grid. */
  bar(listing: Listing, features: Features): ComponentChildren
  /** Renders the tools below a photo of a folder other than the inbox. */
  tools(item: Item, features: Features): ComponentChildren
  /** Renders progress and results of an action beside a photo. */
  result(features: Features): ComponentChildren
}

export interface LibraryOptions {
  onChange: () => void
  /** Called with the photos that left their folder, and those among them that are now in the inbox. */
  onGone: (items: readonly Item[], cameIn: readonly Item[]) => void
  /** Called after photos were moved back. */
  onBack: () => void
}

export function createLibrary({ onChange, onGone, onBack }: LibraryOptions): Library {
  let state: BulkState | null = null
  let hasBegun = false
  // A new selection replaces the results of the last action with the tools.
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
