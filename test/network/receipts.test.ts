import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { parseLink } from '../../src-main/contracts/wire/link.ts'
import { verifyReceipt } from '../../src-main/engine/verifier/verify-receipt.ts'
import { runCli, runInside, type Ended } from '../support/command-line.ts'
import { commandSwarm, creditedUnits, type CommandSwarm } from '../support/command-swarm.ts'
import { Choice } from '../support/random-module/choice.ts'
import { receiptFields, type ReceiptField } from '../support/receipt-fields.ts'

const TAMPERED = 1000
const SEED = 20_261_122
const UNITS = 3

let swarm: CommandSwarm | undefined
/** Somewhere that never had anything to do with the swarm. */
const elsewhere = mkdtempSync(join(tmpdir(), 'elsewhere-'))
afterEach(async () => {
  await swarm?.close()
  rmSync(elsewhere, { recursive: true })
})

/** Words that take a command's network away, where the system lets us; loopback is down as well. */
const WITHOUT_NETWORK =
  spawnSync('unshare', ['--net', 'true']).status === 0 ? (['unshare', '--net'] as const) : []

it(
  'a receipt written with the publisher gone holds anywhere, and none of 1,000 tampered ones does',
  { timeout: 180_000 },
  async () => {
    swarm = await commandSwarm({ units: UNITS, exponents: 1, quorum: 1 })
    const { link } = swarm
    await swarm.serve()
    const donor = await swarm.donate('donor')
    await donor.line(creditedUnits(UNITS))
    await swarm.kill('publisher')
    await swarm.kill('dht')
    const written = join(swarm.home('donor'), 'mine.receipt')
    const answer = await swarm.answer('donor', 'donor', 'receipt', '--out', written)
    const { cumulativeFuel, donorKey } = answer as { cumulativeFuel: string; donorKey: string }
    const path = join(elsewhere, 'a.receipt')
    copyFileSync(written, path)
    await swarm.close()

    const home = join(elsewhere, 'home')
    const verify = (file: string): Promise<Ended> =>
      runInside(WITHOUT_NETWORK, home, 'verify', file, '--link', link, '--json')
    const { exitCode, stdout } = await verify(path)
    expect({ exitCode, verdict: JSON.parse(stdout) as unknown }).toMatchObject({
      exitCode: 0,
      verdict: { holds: true, compared: true, donorKey, cumulativeFuel },
    })
    expect(existsSync(home)).toBe(false)

    const file = readFileSync(path)
    const fields = receiptFields(file)
    expect(fields.at(-1)?.to).toBe(file.byteLength)
    const { projectKey } = parseLink(link)
    const choice = new Choice(SEED)
    for (let i = 0; i < TAMPERED; i++) {
      const field = fields[i % fields.length]!
      const tampered = tamperedIn(file, field, choice)
      expect(verifyReceipt(tampered, projectKey).holds, `${String(i)}: ${field.name}`).toBe(false)
      if (i >= fields.length) continue
      // The command says the same, once for each kind of byte.
      writeFileSync(join(elsewhere, 'b.receipt'), tampered)
      const refused = await runCli(home, 'verify', join(elsewhere, 'b.receipt'), '--link', link)
      expect(refused).toMatchObject({ exitCode: 1, stderr: '' })
      expect(refused.stdout).toMatch(/^The receipt does not hold: /)
    }
  },
)

/** One byte of this field is another one, gone, or new. */
function tamperedIn(file: Uint8Array, { from, to }: ReceiptField, choice: Choice): Uint8Array {
  const place = from + choice.below(to - from)
  const before = file.subarray(0, place)
  const byte = file[place]! ^ (1 + choice.below(255))
  switch (choice.below(4)) {
    case 0:
      return Buffer.concat([before, file.subarray(place + 1)])
    case 1:
      return Buffer.concat([before, Buffer.of(byte), file.subarray(place)])
    default:
      return Buffer.concat([before, Buffer.of(byte), file.subarray(place + 1)])
  }
}
