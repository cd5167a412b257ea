/** What a check throws when it knows what is wrong. */

/** `message` is what was found, `todo` what to do about it; both without secrets. */
export class Trouble extends Error {
  override readonly name = 'Trouble'
  readonly todo: string | undefined

  constructor(said: string, todo?: string, cause?: unknown) {
    super(said, { cause })
    this.todo = todo
  }
}
