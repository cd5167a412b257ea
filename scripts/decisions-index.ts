/** Writes docs/decisions/README.md, the index of the decision records. A test fails while the index is stale or a record is incomplete. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { endWithHelp } from '../src/node/usage.ts'
import { project } from './deployment.ts'

const directory = `${project}docs/decisions/`

/** Areas in the order of the index. */
const areas: readonly string[] = [
  'Networking and hosts',
  'Tenancy and caches',
  'Control plane',
  'Sign-in',
  'Storages and pictures',
  'Publishing and ledger',
  'AI',
  'Page',
  'Build and tests',
  'Operations',
]

const sections = ['Context', 'Decision', 'Consequences']

/** A file of docs/decisions/ besides the index. */
export interface RecordFile {
  name: string
  text: string
}

/** Reads all records in the order of their numbers. */
export async function readRecords(): Promise<RecordFile[]> {
  const names = (await readdir(directory)).filter((name) => name !== 'README.md').sort()
  return Promise.all(
    names.map(async (name) => ({ name, text: await readFile(`${directory}${name}`, 'utf8') })),
  )
}

/** Returns the index as Markdown: a table for each area. */
export function decisionsIndex(records: readonly RecordFile[]): string {
  const tables = areas.map((area) => {
    const rows = records.filter(({ text }) => fieldOf(text, 'Area') === area).map(rowOf)
    return `## ${area}\n\n| decision | status | date |\n| --- | --- | --- |\n${rows.join('\n')}\n`
  })
  return `# Decisions

Each record says what was chosen, why, and what follows. "V2" is the Python version of Publisher, which this project replaces.

- To record a decision, add a file with the next number in the form of the others. Then run \`npm run docs:decisions\`, which writes this page.
- To change a decision, add a new record. The old record stays, and its status becomes "superseded by" with a link to the new record.

${tables.join('\n')}`
}

function rowOf({ name, text }: RecordFile): string {
  const [, number, title] = headingOf(text) ?? []
  return `| [${number}. ${title}](${name}) | ${fieldOf(text, 'Status')} | ${fieldOf(text, 'Date')} |`
}

/** Returns the faults of the records, one line each. */
export function recordProblems(records: readonly RecordFile[]): string[] {
  const names = new Set(records.map(({ name }) => name))
  return records.flatMap((record, index) =>
    [
      ...nameProblems(record, index + 1),
      ...fieldProblems(record.text, names),
      ...sectionProblems(record.text),
    ].map((problem) => `${record.name}: ${problem}`),
  )
}

function nameProblems({ name, text }: RecordFile, number: number): string[] {
  const heading = headingOf(text)
  if (!heading) return ['does not begin with "# N. Title"']
  const [, headingNumber, title = ''] = heading
  return [
    ...(headingNumber === String(number) ? [] : [`has number ${headingNumber} instead of ${number}`]),
    ...(name === fileName(number, title) ? [] : [`must be named ${fileName(number, title)}`]),
  ]
}

function fieldProblems(text: string, names: ReadonlySet<string>): string[] {
  const [date, area, status] = ['Date', 'Area', 'Status'].map((field) => fieldOf(text, field))
  const successor = /^superseded by \[(\d{4})\]\((\1-[^)]+)\)$/.exec(status ?? '')?.[2]
  return [
    ...(date && /^\d{4}-\d\d-\d\d$/.test(date) ? [] : ['needs a line "- Date: YYYY-MM-DD"']),
    ...(area && areas.includes(area) ? [] : [`needs a line "- Area: " with one of: ${areas.join(', ')}`]),
    ...(status === 'accepted' || successor
      ? []
      : ['needs a status "accepted" or "superseded by [NNNN](file)"']),
    ...(successor && !names.has(successor) ? [`is superseded by ${successor}, which does not exist`] : []),
  ]
}

function sectionProblems(text: string): string[] {
  const [, ...parts] = text.split(/^## /m)
  const headings = parts.map((part) => part.split('\n', 1)[0] ?? '')
  const empty = parts.filter((part) => part.trim().split('\n').length === 1)
  return [
    ...(headings.join() === sections.join()
      ? []
      : [`needs the headings ${sections.join(', ')}, in this order`]),
    ...empty.map((part) => `has nothing under ${part.trim()}`),
  ]
}

const headingOf = (text: string) => /^# (\d+)\. (.+)\n/.exec(text)

const fieldOf = (text: string, field: string) =>
  text
    .split('\n')
    .find((line) => line.startsWith(`- ${field}: `))
    ?.slice(field.length + 4)

function fileName(number: number, title: string): string {
  const words = title
    .toLowerCase()
    .replace(/[',]/g, '')
    .split(/[^a-z0-9]+/)
  return `${String(number).padStart(4, '0')}-${words.filter(Boolean).join('-')}.md`
}

if (import.meta.main) {
  endWithHelp('node scripts/decisions-index.ts: writes docs/decisions/README.md from the decision records')
  const records = await readRecords()
  const problems = recordProblems(records)
  if (problems.length > 0) throw new Error(problems.join('\n'))
  await writeFile(`${directory}README.md`, decisionsIndex(records))
}
