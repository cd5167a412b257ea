/** Accounts, containers and posts of the emulator. */
import type { FetchedPicture } from './fetch-picture.ts'
import type { SignIns } from './sign-in-state.ts'

export interface InstagramAccount {
  userId: string
  username: string
  token: string
  /** Posts that the API allows in 24 hours. Default: 100. */
  quotaTotal?: number
  /** Kind of the account. Only professional accounts publish. Default: `BUSINESS`. */
  accountType?: 'BUSINESS' | 'MEDIA_CREATOR' | 'Media_Creator' | 'PERSONAL'
}

export interface Container {
  id: string
  userId: string
  picture: FetchedPicture
  caption: string
  altText: string | null
  createdAt: number
  /** Questions that are still answered `IN_PROGRESS`. */
  pollsLeft: number
  state: 'open' | 'published' | 'failed'
}

export interface InstagramPost {
  id: string
  userId: string
  username: string
  caption: string
  altText: string | null
  picture: FetchedPicture
  permalink: string
  /** Milliseconds since 1970. */
  at: number
}

export interface InstagramState {
  readonly accounts: InstagramAccount[]
  readonly containers: Map<string, Container>
  readonly posts: InstagramPost[]
  /** Times of the posts of each account, deleted posts included. */
  readonly published: { userId: string; at: number }[]
  nextId: number
  readonly signIns: SignIns
}

/** Returns a new identifier. */
export function newId(state: InstagramState): string {
  state.nextId += 1
  return `1789${String(state.nextId).padStart(12, '0')}`
}
