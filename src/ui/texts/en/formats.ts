/** English formats of numbers, lists and times. */
import { formatsOf } from '../formats.ts'

export const formats = formatsOf('en')
