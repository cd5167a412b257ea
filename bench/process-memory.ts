/** Memory of another process, as Linux reports it. */
import { readFile } from 'node:fs/promises'

export interface ProcessMemory {
  /** Resident memory in MB (2^20 bytes), and its peak since the start. */
  resident: number
  peak: number
  /** Part of the resident memory that is program files. */
  files: number
}

/** Reads /proc/PID/status. */
export async function memoryOf(pid: number): Promise<ProcessMemory> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const megabytes = (field: string) => {
    const [, kilobytes] = new RegExp(String.raw`^${field}:\s+(\d+) kB$`, 'm').exec(status) ?? []
    return Number(kilobytes) / 1024
  }
  return { resident: megabytes('VmRSS'), peak: megabytes('VmHWM'), files: megabytes('RssFile') }
}
