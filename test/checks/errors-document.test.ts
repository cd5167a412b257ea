import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { project } from '../../scripts/deployment.ts'
import { errorsDocument } from '../../scripts/errors-document.ts'

it('finds docs/errors.md identical to the output of `npm run docs:errors`', async () => {
  expect(await readFile(`${project}docs/errors.md`, 'utf8')).toBe(errorsDocument())
})
