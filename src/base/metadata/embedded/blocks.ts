/** Blocks of a photo's metadata as they lie in the file, unparsed and bounded. */
export interface EmbeddedBlocks {
  xmp: Uint8Array | null
  /** Second XMP document of a JPEG, with properties that the first document cannot hold (XMP specification part 3, section 1.1.3.1). */
  extendedXmp?: Uint8Array | null
  /** IPTC alone, or Photoshop's resources with the IPTC. */
  iptc: Uint8Array | null
  /** TIFF structure, with or without the identifier of a JPEG segment. */
  exif: Uint8Array | null
}

export const noBlocks: EmbeddedBlocks = { xmp: null, iptc: null, exif: null }
