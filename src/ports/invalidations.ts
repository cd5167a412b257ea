/** Tells every process of a fleet what it must no longer answer from memory: a host's configuration, or its photos. */

export interface InvalidationListener {
  /** Drops `host`. Called for announcements of other processes, and for own announcements that are delivered late. */
  invalidated(host: string): void
  /** Drops what is remembered of the host's photos and their ledger. Called for changes by other processes. */
  photosChanged(host: string): void
  /** Called when the connection is lost, so that this process may miss announcements. */
  lost(): void
  /** Called when announcements arrive again or for the first time. This process may have missed earlier announcements. */
  restored(): void
}

export interface Invalidations {
  /**
   * Announces to the other processes that they must drop `host`. Returns false if the announcement is queued until delivery is
   * possible. Never rejects. The caller drops its own data about the host.
   */
  announce(host: string): Promise<boolean>
  /**
   * Announces to the other processes that photos of `host` have changed. Resolves when the message is sent or cannot be sent now, within
   * the channel's own timeout. Never rejects and never queues: memories of photos live for 30 s only.
   */
  announceChange(host: string): Promise<void>
  /** Registers the listener of this process. Call it once. */
  listen(listener: InvalidationListener): void
}

/** Announces nothing, for a process that is alone or has no channel. Other processes notice changes by their own checks. */
export const noInvalidations: Invalidations = {
  announce: async () => true,
  announceChange: async () => undefined,
  listen: () => undefined,
}
