/** MD5 (RFC 1321), with which Photoshop marks the IPTC that it wrote. Web standards have no MD5. Never use it against an attacker. */
import { viewOf } from '../picture/blocks.ts'

const shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
const sines = Array.from({ length: 64 }, (_, index) => Math.floor(Math.abs(Math.sin(index + 1)) * 2 ** 32))

/** Returns the 16 bytes of the digest. */
export function md5(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const padded = new Uint8Array(Math.ceil((bytes.length + 9) / 64) * 64)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = viewOf(padded)
  view.setUint32(padded.length - 8, bytes.length * 8, true)
  view.setUint32(padded.length - 4, Math.floor(bytes.length / 2 ** 29), true)
  let state: State = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476]
  for (let block = 0; block < padded.length; block += 64) state = afterBlock(state, view, block)
  const digest = new Uint8Array(16)
  for (const [index, word] of state.entries()) viewOf(digest).setUint32(index * 4, word, true)
  return digest
}

type State = [a: number, b: number, c: number, d: number]

function afterBlock(state: State, view: DataView, block: number): State {
  let [a, b, c, d] = state
  for (let step = 0; step < 64; step++) {
    const round = step >> 4
    const [mixed, word] = mix(round, step, b, c, d)
    const sum = (a + mixed + (sines[step] ?? 0) + view.getUint32(block + word * 4, true)) | 0
    const shift = shifts[round * 4 + (step % 4)] ?? 0
    ;[a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0]
  }
  const [a0, b0, c0, d0] = state
  return [(a0 + a) | 0, (b0 + b) | 0, (c0 + c) | 0, (d0 + d) | 0]
}

/** Returns the round's function of three words, and the index of the word to add. */
function mix(round: number, step: number, b: number, c: number, d: number): [mixed: number, word: number] {
  if (round === 0) return [(b & c) | (~b & d), step]
  if (round === 1) return [(d & b) | (~d & c), (5 * step + 1) % 16]
  if (round === 2) return [b ^ c ^ d, (3 * step + 5) % 16]
  return [c ^ (b | ~d), (7 * step) % 16]
}
