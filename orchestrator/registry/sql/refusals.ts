/** Refusals of changes, in words for the person who asked. */

/** The change was refused, and nothing changed. */
export class Refused extends Error {
  override readonly name: string = 'Refused'
}

/** The change or question names a tenant that does not exist. */
export class NotFound extends Refused {
  override readonly name = 'NotFound'
}

/** Another change came first. */
export class Conflict extends Refused {
  override readonly name = 'Conflict'
  readonly current: string | null

  /** `current`: the version that is current now. */
  constructor(message: string, current: string | null) {
    super(message)
    this.current = current
  }
}
