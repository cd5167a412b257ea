/** Reads a backup and checks each line. Node only. */
import { createHash } from 'node:crypto'
import type { z } from 'zod'
import { parseJson } from '../../src/base/json.ts'
import { Refused } from '../registry/sql/refusals.ts'
import {
  type BackupHeader,
  backupFormat,
  backupVersion,
  type Cell,
  headerSchema,
  maxLineBytes,
  rowSchema,
  trailerSchema,
} from './format.ts'
import { gzippedLines, UnreadableLines } from './lines.ts'

export interface BackupRow {
  table: BackupHeader['tables'][number]
  cells: readonly Cell[]
}

export interface OpenBackup {
  header: BackupHeader
  /** Returns the rows. Throws {@link Refused} if a row is missing or has another form, or if the digest differs. */
  rows: AsyncGenerator<BackupRow, void, undefined>
}

const damaged = 'The backup is damaged'

/** Opens a backup. Throws {@link Refused} if the file has another format or version. Read all rows, or call `rows.return`. */
export async function openBackup(path: string): Promise<OpenBackup> {
  const lines = refusing(gzippedLines(path, maxLineBytes))
  const first = await lines.next()
  const header = first.done ? undefined : headerOf(first.value)
  if (first.done || header === undefined) {
    await lines.return()
    throw new Refused('The file is not a backup of the orchestrator.')
  }
  if (header.version !== backupVersion) {
    await lines.return()
    throw new Refused(
      `The backup has version ${header.version} of the format, which this program cannot read.`,
    )
  }
  return { header, rows: rowsOf(header, first.value, lines) }
}

/** Reads the whole backup, so that a damaged file is refused before any change. Throws {@link Refused}. */
export async function checkBackup(path: string): Promise<BackupHeader> {
  const { header, rows } = await openBackup(path)
  for await (const { table, cells } of rows) {
    if (cells.length !== table.columns.length)
      throw new Refused(`${damaged}: a row of ${table.name} is incomplete.`)
  }
  return header
}

function headerOf(line: Buffer): BackupHeader | undefined {
  const value = parseJson(line.toString())
  const parsed = headerSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const isOurs =
    typeof value === 'object' && value !== null && 'format' in value && value.format === backupFormat
  if (isOurs && 'version' in value && typeof value.version === 'number' && value.version !== backupVersion)
    throw new Refused(
      `The backup has version ${value.version} of the format, which this program cannot read.`,
    )
  return undefined
}

async function* rowsOf(
  header: BackupHeader,
  first: Buffer,
  lines: AsyncGenerator<Buffer, void, undefined>,
): AsyncGenerator<BackupRow, void, undefined> {
  const hash = createHash('sha256').update(first).update('\n')
  try {
    for (const table of header.tables) {
      for (let row = 0; row < table.rows; row++) {
        const line = await nextOf(lines)
        hash.update(line).update('\n')
        yield { table, cells: parsed(rowSchema, line) }
      }
    }
    const { sha256 } = parsed(trailerSchema, await nextOf(lines))
    if (sha256 !== hash.digest('hex')) throw new Refused(`${damaged}: its digest differs.`)
    if (!(await lines.next()).done) throw new Refused(`${damaged}: it does not end where it should.`)
  } finally {
    await lines.return()
  }
}

async function nextOf(lines: AsyncGenerator<Buffer, void, undefined>): Promise<Buffer> {
  const next = await lines.next()
  if (next.done) throw new Refused(`${damaged}: its end is missing.`)
  return next.value
}

function parsed<S extends z.ZodType>(schema: S, line: Buffer): z.output<S> {
  const result = schema.safeParse(parseJson(line.toString()))
  if (!result.success) throw new Refused(`${damaged}: a line has another form.`)
  return result.data
}

async function* refusing(
  lines: AsyncGenerator<Buffer, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* lines
  } catch (error) {
    throw error instanceof UnreadableLines ? new Refused(error.message) : error
  }
}
