/** Error of a check that knows the fault. `message` holds the finding and `todo` the advice, both without secrets. */
export class Trouble extends Error {
  override readonly name = 'Trouble'
  readonly todo: string | undefined

  constructor(said: string, todo?: string, cause?: unknown) {
    super(said, { cause })
    this.todo = todo
  }
}
