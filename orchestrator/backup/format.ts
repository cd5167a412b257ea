/**
 * Format of a backup: gzipped JSON lines, the same for SQLite and PostgreSQL. The first line is the header. Then follow the rows of all tables,
 * in the order of the header, each as an array of its columns. The last line has the SHA-256 of all bytes before it.
 */
import { z } from 'zod'

export const backupFormat = 'publisher-orchestrator-backup'
export const backupVersion = 1

/** Longest line of a backup, and so the upper bound on memory while reading. */
export const maxLineBytes = 64 * 1024 * 1024

const name = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/)

export const headerSchema = z.object({
  format: z.literal(backupFormat),
  version: z.number(),
  created_at: z.iso.datetime(),
  /** Key-encryption keys without which the values do not open. */
  key_ids: z.array(z.string().max(200)).max(1000),
  migrations: z
    .array(z.object({ id: z.int().min(1), name: z.string().max(200), digest: z.string().max(200) }))
    .min(1)
    .max(10_000),
  tables: z
    .array(z.object({ name, columns: z.array(name).min(1).max(1000), rows: z.int().min(0) }))
    .max(1000),
})
export type BackupHeader = z.output<typeof headerSchema>

export const trailerSchema = z.object({ sha256: z.string() })

/** Value of a column. */
export type Cell = string | number | null
export const rowSchema = z.array(z.union([z.string(), z.int(), z.null()]))
