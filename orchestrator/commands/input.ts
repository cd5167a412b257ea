/** Documents and arguments of commands, bounded and checked before they reach the database. */
import { createReadStream } from 'node:fs'
import type { z } from 'zod'
import { hostName, tenantName } from '../registry/binding.ts'
import { parseBounded } from '../registry/bounded-document.ts'
import { type CommandContext, UsageError } from './context.ts'

const maxBytes = 1_000_000
const maxNoteLength = 500
const maxHosts = 50

/** Reads YAML or JSON from a file, or from standard input for `-`. Throws {@link UsageError} or `RegistryError`, and quotes no value. */
export async function readDocument(context: CommandContext, file: string): Promise<unknown> {
  const name = file === '-' ? 'standard input' : file
  const bytes = await (file === '-' ? bytesOf(context.input ?? none(), name) : bytesOfFile(file))
  return parseBounded(textOf(bytes, name), name)
}

/** Checks a tenant's name. */
export function tenantArgument(name: string): string {
  return argument(tenantName, name, 'the name of a tenant')
}

/** Checks the hosts of a tenant. */
export function hostArguments(hosts: readonly string[]): string[] {
  if (hosts.length > maxHosts) throw new UsageError(`A tenant has at most ${maxHosts} hosts.`)
  return hosts.map((host) => argument(hostName, host, 'a host'))
}

/** Checks a reference to credentials. */
export function refArgument(ref: string): string {
  if (ref === '' || ref.length > 500 || ref !== ref.trim() || /\p{Cc}/u.test(ref))
    throw new UsageError(
      'A reference has 1 to 500 characters, without blanks at its ends or control characters.',
    )
  return ref
}

/** Checks the note of a version. */
export function noteArgument(note: string | undefined): string | undefined {
  if (note !== undefined && (note.length > maxNoteLength || /\p{Cc}/u.test(note)))
    throw new UsageError(`A note has at most ${maxNoteLength} characters in one line.`)
  return note
}

/** Checks a configuration version, which is a SHA-256. */
export function versionArgument(version: string): string {
  if (!/^[0-9a-f]{64}$/.test(version))
    throw new UsageError('A configuration version has 64 hexadecimal digits. `history` lists the versions.')
  return version
}

/** Checks a whole number of an option. */
export function countArgument(text: string, option: string, max: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (!(value <= max)) throw new UsageError(`${option} must be a whole number from 0 to ${max}.`)
  return value
}

function argument(schema: z.ZodType<string>, text: string, what: string): string {
  const parsed = schema.safeParse(text)
  if (parsed.success) return parsed.data
  const shown = JSON.stringify(text.slice(0, 80))
  throw new UsageError(`${shown} cannot be ${what}: ${parsed.error.issues[0]?.message ?? 'malformed'}.`)
}

async function bytesOfFile(file: string): Promise<Uint8Array> {
  try {
    return await bytesOf(createReadStream(file), file)
  } catch (error) {
    if (error instanceof UsageError) throw error
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new UsageError(`${file} cannot be read${code}`)
  }
}

async function bytesOf(chunks: AsyncIterable<Uint8Array>, name: string): Promise<Uint8Array> {
  const read: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > maxBytes) throw new UsageError(`${name} is larger than 1 MB.`)
    read.push(chunk)
  }
  return Buffer.concat(read)
}

function textOf(bytes: Uint8Array, name: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UsageError(`${name} is not UTF-8.`)
  }
}

async function* none(): AsyncGenerator<Uint8Array> {}
