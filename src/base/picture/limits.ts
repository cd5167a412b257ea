/** Limits of every photo that is opened or uploaded (docs/security.md). */

export const maxPhotoBytes = 50 * 1024 * 1024

/** Upper bound on pixels. Cameras sold as 100-megapixel models record up to 102 million; the rest is a margin for stitched photos. */
export const maxPhotoPixels = 110_000_000

/** Upper bound on bytes before the pixels. Phones write several MB of extended XMP and depth maps there. */
export const maxBytesBeforePixels = 8 * 2 ** 20

/** Upper bound on segments or chunks before the pixels. A colour profile may take 255, and a depth map of 8 MB takes 128. */
export const maxBlocksBeforePixels = 1000

/**
 * Upper bound on compressed text and colour profiles before the pixels of a PNG. Deflate expands a byte to at most 1,032 bytes, 540
 * MB in all.
 */
export const maxCompressedBytes = 512 * 1024
