/** Tells every process of a fleet that what it knows of a host is no longer true. */

export interface InvalidationListener {
  /** Another process says that `host` has to be forgotten; also called here for what {@link Invalidations.announce} delivers late. */
  invalidated(host: string): void
  /** From now on announcements of others may be missed. */
  lost(): void
  /** Announcements arrive again, or for the first time; what was announced before may have been missed. */
  restored(): void
}

export interface Invalidations {
  /**
   * Tells the others. False: they could not be told yet; they will be, as soon as that is possible. Never rejects. The caller
   * forgets the host by itself.
   */
  announce(host: string): Promise<boolean>
  /** Called once, by who keeps something to forget. */
  listen(listener: InvalidationListener): void
}

/** For a process that has nobody to tell, or no way to: what others know ends with their own checks. */
export const noInvalidations: Invalidations = {
  announce: async () => true,
  listen: () => undefined,
}
