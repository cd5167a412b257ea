/** Search queries of Google Drive (https://developers.google.com/workspace/drive/api/guides/ref-search-terms). */
import { folderType } from './answers.ts'

/** Quotes a text for a query. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** Names at least one of the conditions. */
function anyOf(conditions: readonly string[]): string {
  return conditions.length === 1 ? (conditions[0] ?? '') : `(${conditions.join(' or ')})`
}

const isPresent = 'trashed = false'
export const isFolder = `mimeType = ${quoted(folderType)}`
export const isShared = 'sharedWithMe = true'

/** Asks for the files of these folders, of any of these names if given. */
export function inFolders(folderIds: readonly string[], names?: readonly string[]): string {
  const places = anyOf(folderIds.map((id) => `${quoted(id)} in parents`))
  return [places, ...(names ? [named(names)] : []), isPresent].join(' and ')
}

/** Asks for files of any of these names. */
export function named(names: readonly string[]): string {
  return anyOf(names.map((name) => `name = ${quoted(name)}`))
}

/** Asks for folders of this name in the place that the condition describes. */
export function foldersNamed(name: string, place: string): string {
  return [place, named([name]), isFolder, isPresent].join(' and ')
}
