/** Code and lists of the grid, loaded on first use. Admins also get the library. */
import type { Account } from './account/account-api.ts'
import type { Library } from './darkroom/library/library.tsx'
import type { GalleryApi } from './gallery/gallery-api.ts'
import type { Grid } from './gallery/grid/grid.tsx'
import type { Listings } from './gallery/grid/listings.ts'
import type { Item, Order, Query } from './gallery/order.ts'

export interface Wall {
  Grid: typeof Grid
  listings: Listings
  /** `null` for visitors. */
  library: Library | null
}

export interface WallLoader {
  /** `null` until {@link WallLoader.load} has completed. */
  readonly wall: Wall | null
  /** True if loading has failed. */
  readonly isLost: boolean
  load(): Promise<Wall | null>
  orderOf(query: Query): Promise<Order | null>
  /** Reloads the lists; with `gone`, only removes that photo from them. */
  outdate(gone?: Item): void
}

export interface WallOptions {
  api: GalleryApi
  /** Returns the visitor's account. */
  whoIsThere: () => Promise<Account | null>
  onChange: () => void
  /** Called with the photos that left their folder, and those among them that are now in the inbox. */
  onGone: (items: readonly Item[], cameIn: readonly Item[]) => void
}

export function createWallLoader({ api, whoIsThere, onChange, onGone }: WallOptions): WallLoader {
  let wall: Wall | null = null
  let loading: Promise<Wall | null> | null = null
  let isLost = false

  async function fetchWall(): Promise<Wall | null> {
    try {
      const [account, { Grid, createListings, createVisitorSource }] = await Promise.all([
        whoIsThere(),
        import('./gallery/grid/index.ts'),
      ])
      // Visitors do not download the library's code.
      const module = account?.isAdmin ? await import('./darkroom/index.ts') : null
      const source = account?.features.library && module ? module.librarySource : createVisitorSource(api)
      const listings = createListings(source, onChange)
      const library = module?.createLibrary({ onChange, onGone, onBack: listings.refresh }) ?? null
      wall = { Grid, listings, library }
      isLost = false
    } catch {
      // The connection failed, or a deployment has replaced the files that this page names.
      loading = null
      isLost = true
    }
    onChange()
    return wall
  }

  const load = () => {
    loading ??= fetchWall()
    return loading
  }
  return {
    get wall() {
      return wall
    },
    get isLost() {
      return isLost
    },
    load,
    async orderOf(query) {
      return (await load())?.listings.of(query) ?? null
    },
    outdate(gone) {
      if (gone) wall?.listings.drop([gone])
      else wall?.listings.refresh()
    },
  }
}
