/** Form of an error code: its status and its words. */

export interface ErrorKind {
  status: number
  /** Short heading for people, the same for every occurrence. */
  title: string
  /** Meaning of the code and the next step, for developers of clients. Backticks mark code. */
  explanation: string
}

/** Creates the entry of a code. */
export function kind(status: number, title: string, explanation: string): ErrorKind {
  return { status, title, explanation }
}
