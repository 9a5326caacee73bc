import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { hex32, type Hex32 } from '../../src-main/domain/ids.ts'
import { openCoreStore } from '../../src-main/engine/adapters/hyper/core-store.ts'
import { exportReceipt, findLedger } from '../../src-main/engine/adapters/hyper/receipt-export.ts'
import { verifyReceipt } from '../../src-main/engine/verifier/verify-receipt.ts'
import { median, printReport } from '../support/bench-report.ts'
import { growLedger, ledgerRecord, makeCores } from '../support/ledger-blocks.ts'

/** Receipts out of a long ledger: how large they are, what making and checking one takes, and the ledger's disk. */
const BLOCKS = 100_000
const RECEIPTS = 280
const STEP = 7919

const key = (): Hex32 => hex32(randomBytes(32).toString('hex'))

function bytesIn(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

const dir = mkdtempSync(join(tmpdir(), 'powerswarm-receipts-'))
const store = await openCoreStore(join(dir, 'cores'))
try {
  const { projectKey, project, ledger } = await makeCores(store, new Uint8Array(32).fill(9), 0)
  // As those of a real project, they cannot be made shorter.
  await growLedger(ledger, BLOCKS, (sequence) =>
    ledgerRecord(sequence, { donorKey: key(), unitsRoot: key() }),
  )
  const announced = await findLedger(projectKey, project, 0)
  const exportMs: number[] = []
  const verifyMs: number[] = []
  const sizes: number[] = []
  let held = 0
  let tampered = 0
  for (let i = 0; i < RECEIPTS; i++) {
    const index = (i * STEP) % BLOCKS
    const startMs = performance.now()
    const file = await exportReceipt(announced, ledger, index)
    exportMs.push(performance.now() - startMs)
    sizes.push(file.byteLength)
    const checkMs = performance.now()
    const verdict = verifyReceipt(file, projectKey)
    verifyMs.push(performance.now() - checkMs)
    if (verdict.holds && verdict.grant.index === index) held += 1
    file[i % file.byteLength]! ^= 1
    if (!verifyReceipt(file, projectKey).holds) tampered += 1
  }
  // What lies in logs and caches meanwhile is written when the store closes.
  await store.close()
  const figures = {
    blocks: BLOCKS,
    diskBytesPerRecord: Math.round(bytesIn(dir) / BLOCKS),
    held,
    tamperedRefused: tampered,
    bytes: median(sizes),
    exportMs: Number(median(exportMs).toFixed(3)),
    verifyMs: Number(median(verifyMs).toFixed(3)),
  }
  console.log(
    `${held} of ${RECEIPTS} receipts of a ledger of ${BLOCKS} blocks hold, ${tampered} with a bit flipped are refused`,
  )
  console.log(
    `${figures.bytes} bytes, export ${figures.exportMs} ms, verify ${figures.verifyMs} ms (medians)`,
  )
  console.log(`${figures.diskBytesPerRecord} bytes of disk for each record of the ledger`)
  printReport({ bench: 'receipts', figures, versions: { node: process.versions.node } })
} finally {
  await store.close()
  rmSync(dir, { recursive: true, force: true })
}
