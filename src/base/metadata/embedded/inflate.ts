/**
 * Decompresses the text chunks of PNG files (zlib, RFC 1950; deflate, RFC 1951). `DecompressionStream` is asynchronous, but chunks are read
 * while a photo passes. The work is bounded by the input, by the limit on the output, and by {@link maxBlocks}.
 */

import { once } from '../../once.ts'

/** Stops the decompression of malformed or too long data. */
const malformed = Symbol('malformed')

/**
 * Upper bound on blocks, each of which needs code tables. Encoders begin a block every few thousand bytes, but a block may be empty: one
 * megabyte of empty blocks would take minutes.
 */
const maxBlocks = 2000
const maxBits = 15
const endOfBlock = 256
const lengthBases = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
]
const lengthExtraBits = [
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
]
const distanceBases = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
  6145, 8193, 12_289, 16_385, 24_577,
]
/** Order in which a block lists the lengths of the codes for its code lengths. */
const lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

/** Returns the output, or `null` for malformed data, for too many blocks and for an output over `maxBytes`. Never throws. */
export function inflate(zlib: Uint8Array, maxBytes: number): Uint8Array<ArrayBuffer> | null {
  const [method = 0, flags = 0] = zlib
  const hasDictionary = (flags & 0x20) !== 0
  if ((method & 0x0f) !== 8 || (method * 256 + flags) % 31 !== 0 || hasDictionary) return null
  const output = createOutput(maxBytes)
  try {
    const bits = createBits(zlib.subarray(2))
    for (let blocks = 0; blocks < maxBlocks; blocks++) {
      const isLast = bits.take(1) === 1
      copyBlock(bits, output)
      if (isLast) return output.bytes()
    }
    return null
  } catch (error) {
    if (error === malformed) return null
    throw error
  }
}

type Bits = ReturnType<typeof createBits>
type Output = ReturnType<typeof createOutput>

function createBits(bytes: Uint8Array) {
  let at = 0
  let held = 0
  let count = 0
  return {
    /** Takes up to 16 bits, the lowest first. */
    take(wanted: number): number {
      while (count < wanted) {
        if (at >= bytes.length) throw malformed
        held |= (bytes[at++] ?? 0) << count
        count += 8
      }
      const value = held & ((1 << wanted) - 1)
      held >>>= wanted
      count -= wanted
      return value
    },
    /** Drops the bits up to the next byte. */
    align(): void {
      held = 0
      count = 0
    },
  }
}

function createOutput(maxBytes: number) {
  let bytes = new Uint8Array(Math.min(maxBytes, 4096))
  let length = 0
  const reserve = (count: number) => {
    if (length + count > maxBytes) throw malformed
    if (length + count <= bytes.length) return
    const larger = new Uint8Array(Math.min(maxBytes, Math.max(2 * bytes.length, length + count)))
    larger.set(bytes)
    bytes = larger
  }
  return {
    add(byte: number): void {
      reserve(1)
      bytes[length++] = byte
    },
    /** Repeats bytes from before; the copy may overlap its own beginning. */
    repeat(distance: number, count: number): void {
      if (distance > length) throw malformed
      reserve(count)
      for (let left = count; left > 0; left--) {
        bytes[length] = bytes[length - distance] ?? 0
        length++
      }
    },
    bytes: () => bytes.slice(0, length),
  }
}

function copyBlock(bits: Bits, output: Output): void {
  const kind = bits.take(2)
  if (kind === 3) throw malformed
  if (kind === 0) copyStored(bits, output)
  else copyCompressed(bits, output, kind === 1 ? fixedCodes() : dynamicCodes(bits))
}

function copyCompressed(bits: Bits, output: Output, { literals, distances }: Codes): void {
  for (let symbol = decode(bits, literals); symbol !== endOfBlock; symbol = decode(bits, literals)) {
    if (symbol < endOfBlock) output.add(symbol)
    else copyEarlier(bits, output, { symbol, distances })
  }
}

function copyStored(bits: Bits, output: Output): void {
  bits.align()
  const length = bits.take(16)
  if ((bits.take(16) ^ 0xffff) !== length) throw malformed
  for (let left = length; left > 0; left--) output.add(bits.take(8))
}

function copyEarlier(
  bits: Bits,
  output: Output,
  { symbol, distances }: { symbol: number; distances: Code },
): void {
  const index = symbol - endOfBlock - 1
  const base = lengthBases[index]
  if (base === undefined) throw malformed
  const length = base + bits.take(lengthExtraBits[index] ?? 0)
  const distanceIndex = decode(bits, distances)
  const distance = distanceBases[distanceIndex]
  if (distance === undefined) throw malformed
  output.repeat(distance + bits.take(Math.max(0, (distanceIndex >> 1) - 1)), length)
}

/** A canonical Huffman code: the count of codes by length, and the symbols in order of their codes. */
interface Code {
  counts: Uint16Array
  symbols: Uint16Array
}

function codeOf(lengths: readonly number[]): Code {
  const counts = new Uint16Array(maxBits + 1)
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1
  const offsets = new Uint16Array(maxBits + 2)
  for (let bits = 1; bits <= maxBits; bits++) offsets[bits + 1] = (offsets[bits] ?? 0) + (counts[bits] ?? 0)
  const symbols = new Uint16Array(lengths.length)
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue
    const offset = offsets[length] ?? 0
    symbols[offset] = symbol
    offsets[length] = offset + 1
  }
  counts[0] = 0
  return { counts, symbols }
}

function decode(bits: Bits, { counts, symbols }: Code): number {
  let code = 0
  let first = 0
  let index = 0
  for (let length = 1; length <= maxBits; length++) {
    code |= bits.take(1)
    const count = counts[length] ?? 0
    if (code - count < first) return symbols[index + code - first] ?? endOfBlock
    index += count
    first = (first + count) << 1
    code <<= 1
  }
  throw malformed
}

interface Codes {
  literals: Code
  distances: Code
}

const fixedCodes = once((): Codes => {
  const lengths = Array.from({ length: 288 }, (_, symbol) =>
    symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
  )
  return { literals: codeOf(lengths), distances: codeOf(new Array<number>(30).fill(5)) }
})

function dynamicCodes(bits: Bits): Codes {
  const literalCount = bits.take(5) + 257
  const distanceCount = bits.take(5) + 1
  const codeCount = bits.take(4) + 4
  const order = new Array<number>(19).fill(0)
  for (const symbol of lengthOrder.slice(0, codeCount)) order[symbol] = bits.take(3)
  const lengths = readLengths(bits, codeOf(order), literalCount + distanceCount)
  return {
    literals: codeOf(lengths.slice(0, literalCount)),
    distances: codeOf(lengths.slice(literalCount)),
  }
}

/** Reads code lengths, which are run-length encoded: 16 repeats the last length, 17 and 18 repeat zero. */
function readLengths(bits: Bits, code: Code, count: number): number[] {
  const lengths: number[] = []
  while (lengths.length < count) {
    const symbol = decode(bits, code)
    if (symbol < 16) {
      lengths.push(symbol)
      continue
    }
    const last = lengths.at(-1)
    if (symbol === 16 && last === undefined) throw malformed
    const value = symbol === 16 ? (last ?? 0) : 0
    const times = symbol === 16 ? 3 + bits.take(2) : symbol === 17 ? 3 + bits.take(3) : 11 + bits.take(7)
    if (lengths.length + times > count) throw malformed
    lengths.push(...new Array<number>(times).fill(value))
  }
  return lengths
}
