/** Numbers, lists and times as German writes them. */
import { formatsOf } from '../formats.ts'

export const formats = formatsOf('de')
