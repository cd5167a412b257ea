/** Tells every process of a fleet to drop its cached data about a host. */

export interface InvalidationListener {
  /** Drops `host`. Called for announcements of other processes, and for own announcements that are delivered late. */
  invalidated(host: string): void
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
  /** Registers the listener of this process. Call it once. */
  listen(listener: InvalidationListener): void
}

/** Announces nothing, for a process that is alone or has no channel. Other processes notice changes by their own checks. */
export const noInvalidations: Invalidations = {
  announce: async () => true,
  listen: () => undefined,
}
