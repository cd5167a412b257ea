/** One check of the contract. */
import type { Subject } from './subject.ts'

export interface Check {
  name: string
  /** What goes wrong in the fleet where this does not hold. */
  why: string
  /** Throws `NotApplicable`, or an Error that says what came instead. */
  run(subject: Subject): Promise<void>
}
