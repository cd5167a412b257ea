/** A name server on loopback with scripted records. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'

export interface NameServer {
  /** `address:port`, in the form that a resolver expects. */
  address: string
  close(): void
}

const ipv4 = 1

/** Answers A and AAAA questions (RFC 1035, section 4) from `names`. All other names do not exist. */
export async function startNameServer(
  names: Record<string, { a?: string; aaaa?: string }>,
): Promise<NameServer> {
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    const { name, type, end } = questionOf(query)
    const known = names[name]
    const text = type === ipv4 ? known?.a : known?.aaaa
    const data = text === undefined ? undefined : bytesOf(text)
    const header = Buffer.from(query.subarray(0, 12))
    header.writeUInt16BE(known ? 0x8180 : 0x8183, 2)
    header.writeUInt16BE(1, 4)
    header.writeUInt16BE(data ? 1 : 0, 6)
    header.fill(0, 8)
    const parts = [header, Buffer.from(query.subarray(12, end))]
    // Record: pointer to the question's name, type, class IN, 60 s TTL, length of the data.
    if (data) parts.push(Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length]), data)
    socket.send(Buffer.concat(parts), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { address: `127.0.0.1:${socket.address().port}`, close: () => socket.close() }
}

function questionOf(query: Buffer) {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 }
}

/** Converts an address to bytes. `text` is IPv4, or IPv6 with all eight groups. */
function bytesOf(text: string): Buffer<ArrayBuffer> {
  if (!text.includes(':')) return Buffer.from(text.split('.').map(Number))
  return Buffer.from(
    text.split(':').flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]),
  )
}
