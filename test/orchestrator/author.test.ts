import { expect, it } from 'vitest'
import { operator } from '../../orchestrator/commands/context.ts'

it.each([
  [{ USER: 'anna', LOGNAME: 'berta' }, 'anna'],
  [{ USER: ' ', LOGNAME: 'berta' }, 'berta'],
  [{ USER: '', LOGNAME: '' }, 'operator'],
  [{}, 'operator'],
])('names the author of a change when the variables are %j', (variables, author) => {
  expect(operator({ variables, print: () => {}, say: () => {} }).name).toBe(author)
})
