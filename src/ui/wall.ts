/** The grid's code and lists, fetched when they are first needed; an admin's with what only admins can do. */
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
  /** `null` until {@link WallLoader.load} has brought it. */
  readonly wall: Wall | null
  /** Whether it could not be had. */
  readonly isLost: boolean
  load(): Promise<Wall | null>
  orderOf(query: Query): Promise<Order | null>
  /** Lists are out of date. */
  outdate(gone?: Item): void
}

export interface WallOptions {
  api: GalleryApi
  /** Who is looking; asked once. */
  whoIsThere: () => Promise<Account | null>
  onChange: () => void
  /** These photos are no longer where they were; those that came in are in the inbox now. */
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
      // Visitors are not sent what they cannot use.
      const module = account?.isAdmin ? await import('./darkroom/library/library.tsx') : null
      const source = account?.features.library && module ? module.librarySource : createVisitorSource(api)
      const listings = createListings(source, onChange)
      const library = module?.createLibrary({ onChange, onGone, onBack: listings.refresh }) ?? null
      wall = { Grid, listings, library }
      isLost = false
    } catch {
      // The connection broke off, or the page is older than the files that are there now.
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
