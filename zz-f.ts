import { createGoogleDriveEmulator } from '/work/wt/driveemu/dev/emulators/gdrive.ts'
import * as F from '/work/wt/driveemu/dev/emulators/gdrive/faults.ts'
import { createDriveStore } from '/work/wt/driveemu/src/providers/storage/gdrive.ts'
import { Secret } from '/work/wt/driveemu/src/base/secret.ts'
import { driveOperations } from '/work/wt/driveemu/test/support/fixtures/gdrive-operations.ts'
const faults: any = { reset: () => ({ kind: 'reset' }), lost: () => ({ kind: 'answer-lost' }), lost502: () => ({ kind: 'answer-lost', status: 502 }), e500: () => F.backendError(500), e503: () => F.backendError(503), rate: () => F.rateLimited(), r429: () => F.tooManyRequests(), twice: () => ({ kind: 'twice' }) }
const emulator = createGoogleDriveEmulator({ app: { id: 'i', secret: 's' } })
const server = await emulator.listen()
const account = emulator.addAccount('alice', 'rt')
let n = 0
async function scene(op: any, attempts = 4) {
  const root = `S${++n}`
  const folder = account.folder(root)
  for (const [p, c] of Object.entries(op.before ?? {})) account.seed(`${root}/${p}`, c as string)
  emulator.settle()
  const paths = { root, archive: `${root}/archive`, keep: `${root}/keep`, remove: `${root}/reject` }
  const send = ((input: any, init: any) => emulator.fetch(new Request(input, init))) as any
  const store = () => createDriveStore({ fetch: send, credentials: { get: async () => ({ refresh_token: new Secret('rt') }), reject() {} } as any, app: { id: 'i', secret: new Secret('s') }, paths, link: (async () => '') as any, baseUrl: server.url, retry: { attempts, baseMs: 1, capMs: 20, attemptTimeoutMs: 5000, deadlineMs: 10000 } })
  return { store, async files() { const own = account.paths().filter((p) => p.startsWith(`/${root}/`)); const r = []; for (const p of own) { const c = (await account.text(p)) ?? ''; r.push(`${p.slice(root.length + 2)}: ${c.slice(0, 20)} (${c.length})`) } account.remove(folder); return r.sort().join('; ') } }
}
const want = (op: any) => Object.entries(op.after).map(([p, c]: any) => `${p}: ${c.slice(0, 20)} (${c.length})`).sort().join('; ')
for (const lag of [0, 2]) { emulator.settings.listLag = lag
for (const op of driveOperations) {
  if (process.argv[2] && !op.title.includes(process.argv[2])) continue
  const t = Date.now()
  let s = await scene(op); const b = emulator.calls.length
  await op.run(s.store()); const calls = emulator.calls.length - b; const got = await s.files()
  if (got !== want(op)) { console.log('BASE', lag, op.title, got, '||', want(op)); continue }
  let bad = 0, runs = 0
  for (const [k, f] of Object.entries(faults) as any) for (let nth = 1; nth <= calls; nth++) {
    runs++
    s = await scene(op); const st = emulator.interfere(F.onNthCall(nth, f())); const b2 = emulator.calls.length
    let err = ''; await op.run(s.store()).catch((e: any) => { err = String(e) + ' ' + String(e.cause ?? '') }); st()
    const g = await s.files(); if (err || g !== want(op)) { bad++; if (bad < 4) console.log('BAD', lag, op.title, k, nth, emulator.calls[b2 + nth - 1]?.route, err, '::', g) } }
  if (!op.addsEachTime) for (const k of ['reset', 'lost']) for (let nth = 1; nth <= calls; nth++) {
    runs++
    s = await scene(op, 1); const st = emulator.interfere(F.onNthCall(nth, faults[k]())); const b2 = emulator.calls.length
    await op.run(s.store()).catch(() => {}); st(); emulator.settle(); let err = ''
    await op.run(s.store()).catch((e: any) => { if (!/photo_not_found|not found/i.test(String(e) + e.code)) err = String(e) })
    const g = await s.files(); if (err || g !== want(op)) { bad++; if (bad < 6) console.log('BAD2', lag, op.title, k, nth, emulator.calls[b2 + nth - 1]?.route, err, '::', g) } }
  console.log('ok', lag, op.title, 'calls', calls, 'runs', runs, 'bad', bad, Date.now() - t, 'ms')
} }
process.exit(0)
