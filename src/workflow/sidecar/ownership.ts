/**
 * Decides which photo owns a sidecar. `IMG_7.jpg` and `IMG_7.webp` share the sidecar name `IMG_7.txt`, but only one of them may
 * own it. Reasons for the rules: docs/decisions/0101-keep-the-second-photos-captions-in-a-full-name-sidecar.md, and 0102.
 */
import { extensionOf, isPhotoName, type PhotoName, siblingNames } from '../../ports/photo.ts'
import type { SidecarReading } from '../../ports/storage.ts'
import { parseSidecar, textOf } from '../sidecar.ts'

/** Questions about the folder of the sidecar. */
export interface OwnershipQuestions {
  /** True when names that differ only in case are the same file. */
  foldsCase: boolean
  /** Checks if the folder has this photo. */
  exists(name: PhotoName): Promise<boolean>
  /** Returns the digest of this photo's bytes in lower-case hex, or `null` if it is not available. */
  sha256(): Promise<string | null>
}

/** `own`: the sidecar names this photo. `first`: it names no photo, and this photo is the first of its stem. */
export type Ownership = 'own' | 'first' | 'other'

/**
 * Decides if the sidecar that is named after this photo's stem belongs to the photo.
 *
 * 1. `image_file` with the photo's extension: yes. A move that numbers a photo renames both files and leaves `image_file`
 *    unchanged.
 * 2. `image_file` with another extension, and that photo exists: no.
 * 3. Without that photo, `image_file` with another spelling of the extension (`.JPG`, `.jpeg`), or `sha256` of this photo: yes.
 * 4. `sha256` alone: yes if it is this photo's.
 * 5. Neither of the two, or an unreadable file: the first photo of the stem, in the order jpg, jpeg, png, webp.
 */
export async function ownershipOf(
  reading: Exclude<SidecarReading, null>,
  name: PhotoName,
  questions: OwnershipQuestions,
): Promise<Ownership> {
  const identity = reading === 'unreadable' ? null : identityOf(reading.text)
  if (identity && (identity.imageFile !== null || identity.sha256 !== null))
    return (await isNamed(identity, name, questions)) ? 'own' : 'other'
  const { before } = siblingNames(name, questions.foldsCase)
  return (await Promise.all(before.map(questions.exists))).includes(true) ? 'other' : 'first'
}

async function isNamed(
  { imageFile, sha256 }: Identity,
  name: PhotoName,
  questions: OwnershipQuestions,
): Promise<boolean> {
  const isOfThisPhoto = async () => sha256 !== null && (await questions.sha256()) === sha256
  if (imageFile === null) return isOfThisPhoto()
  if (isSameExtension(imageFile, name, questions)) return true
  const isRespelled = familyOf(imageFile) === familyOf(name)
  if (!isRespelled && sha256 === null) return false
  if (await questions.exists(withExtensionOf(name, imageFile))) return false
  return isRespelled || isOfThisPhoto()
}

/**
 * Checks if a sidecar with a photo's full name belongs to the photo. The sidecar must name the photo, because other programs also use
 * such file names.
 */
export function isOwnFullName(reading: SidecarReading, name: PhotoName, foldsCase: boolean): boolean {
  if (reading === null || reading === 'unreadable') return false
  const { imageFile } = identityOf(reading.text)
  return imageFile !== null && isSameExtension(imageFile, name, { foldsCase })
}

interface Identity {
  imageFile: PhotoName | null
  sha256: string | null
}

function identityOf(text: string): Identity {
  const document = parseSidecar(text)
  const imageFile = textOf(document, 'image_file')
  const sha256 = textOf(document, 'sha256')?.toLowerCase() ?? ''
  return {
    imageFile: imageFile !== null && isPhotoName(imageFile) ? imageFile : null,
    sha256: /^[0-9a-f]{64}$/.test(sha256) ? sha256 : null,
  }
}

function isSameExtension(
  one: PhotoName,
  other: PhotoName,
  { foldsCase }: Pick<OwnershipQuestions, 'foldsCase'>,
): boolean {
  const [a, b] = [extensionOf(one), extensionOf(other)]
  return a === b || (foldsCase && a.toLowerCase() === b.toLowerCase())
}

function familyOf(name: PhotoName): string {
  return extensionOf(name).toLowerCase().replace('jpeg', 'jpg')
}

function withExtensionOf(name: PhotoName, other: PhotoName): PhotoName {
  // A photo's name with another photo's extension is a valid photo name.
  return `${name.slice(0, -extensionOf(name).length)}${extensionOf(other)}` as PhotoName
}
