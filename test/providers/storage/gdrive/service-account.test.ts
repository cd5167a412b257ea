/** A service account on a person's folder can read, but has no space for a file of its own. */
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../../src/base/secret.ts'
import { parsePhotoName as photo } from '../../../../src/ports/photo.ts'
import { credentialSource, startDrive } from '../../../support/fixtures/gdrive.ts'
