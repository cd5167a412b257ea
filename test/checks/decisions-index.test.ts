import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import {
  decisionsIndex,
  type RecordFile,
  readRecords,
  recordProblems,
} from '../../scripts/decisions-index.ts'
import { project } from '../../scripts/deployment.ts'

const text = `# 1. Use tabs

- Date: 2026-11-29
- Status: accepted
- Area: Page

## Context

Lines are indented.

## Decision

Tabs.

## Consequences

Everyone sees their own width.
`
const record: RecordFile = { name: '0001-use-tabs.md', text }
const successor: RecordFile = {
  name: '0002-use-spaces.md',
  text: text.replace('# 1. Use tabs', '# 2. Use spaces'),
}
const superseded: RecordFile = {
  ...record,
  text: text.replace('accepted', 'superseded by [0002](0002-use-spaces.md)'),
}

describe('the records of docs/decisions', () => {
  it('finds every field and heading in each record, and no gap between numbers', async () => {
    expect(recordProblems(await readRecords())).toEqual([])
  })

  it('finds docs/decisions/README.md identical to the output of `npm run docs:decisions`', async () => {
    const index = await readFile(`${project}docs/decisions/README.md`, 'utf8')
    expect(index).toBe(decisionsIndex(await readRecords()))
  })
})

describe('the check of decision records', () => {
  it('accepts complete records, one of them superseded', () => {
    expect(recordProblems([superseded, successor])).toEqual([])
  })

  it.each([
    ['without a heading', 'does not begin with "# N. Title"', '# 1. Use tabs', 'Use tabs'],
    ['with another title than its file', 'must be named 0001-use-tab-stops.md', 'Use tabs', 'Use tab stops'],
    ['without a date', 'needs a line "- Date: YYYY-MM-DD"', '- Date: 2026-11-29\n', ''],
    ['with a malformed date', 'needs a line "- Date: YYYY-MM-DD"', '2026-11-29', 'November'],
    ['without an area', 'needs a line "- Area: "', '- Area: Page\n', ''],
    ['with an unknown area', 'needs a line "- Area: "', 'Page', 'Weather'],
    ['without a status', 'needs a status', '- Status: accepted\n', ''],
    ['with an unknown status', 'needs a status', 'accepted', 'maybe'],
    ['without the heading of the decision', 'needs the headings', '## Decision\n', ''],
    ['with nothing under a heading', 'has nothing under Decision', 'Tabs.\n', ''],
    [
      'superseded by a record that does not exist',
      'does not exist',
      'accepted',
      'superseded by [0009](0009-x.md)',
    ],
    [
      'superseded by a link to another number',
      'needs a status',
      'accepted',
      'superseded by [0002](0009-x.md)',
    ],
  ])('refuses a record %s', (_, problem, found, replacement) => {
    const broken = { ...record, text: text.replace(found, replacement) }
    expect(recordProblems([broken])).toEqual([expect.stringContaining(problem)])
  })

  it('refuses records when a number is missing between them', () => {
    expect(recordProblems([successor])).toContain('0002-use-spaces.md: has number 2 instead of 1')
  })
})
