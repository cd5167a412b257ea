/** One check of the contract. */
import type { Subject } from './subject.ts'

export interface Check {
  name: string
  /** Consequence for the fleet if the check fails. */
  why: string
  /** Throws `NotApplicable`, or an `Error` that describes the wrong answer. */
  run(subject: Subject): Promise<void>
}
