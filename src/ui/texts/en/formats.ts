/** Numbers, lists and times as English writes them. */
import { formatsOf } from '../formats.ts'

export const formats = formatsOf('en')
