import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeLedgerRecord } from '../../../src-main/contracts/wire/ledger-record.ts'
import { encodeReceipt, parseReceipt, type Receipt } from '../../../src-main/contracts/wire/receipt.ts'
import { hex32, hexToBytes, type ProjectKey } from '../../../src-main/domain/ids.ts'
import { proveBlock } from '../../../src-main/engine/adapters/hyper/core-proof.ts'
import { exportReceipt, findLedger } from '../../../src-main/engine/adapters/hyper/receipt-export.ts'
import { verifyReceipt } from '../../../src-main/engine/verifier/verify-receipt.ts'
import { plainJson } from '../../support/wire-records.ts'
import { growLedger, ledgerRecord, type SignedCores } from '../../support/ledger-blocks.ts'
import { signedCores } from '../../support/signed-cores.ts'

const RANDOM_SEED = 20_261_122
const OTHER_SEED = new Uint8Array(32).fill(43)

async function receiptAt(cores: SignedCores, index: number): Promise<Uint8Array> {
  return exportReceipt(await findLedger(cores.projectKey, cores.project, 0), cores.ledger, index)
}

/** The receipt of block 20 of a ledger with 37 blocks: three roots, paths on both sides. */
async function someReceipt(): Promise<{ readonly cores: SignedCores; readonly file: Uint8Array }> {
  const cores = await signedCores()
  await growLedger(cores.ledger, 37)
  return { cores, file: await receiptAt(cores, 20) }
}

/** As the file would be with other content, its form kept. */
function changed(file: Uint8Array, change: Partial<Receipt>): Uint8Array {
  return encodeReceipt({ ...parseReceipt(file), ...change })
}

describe('a receipt', () => {
  it('proves each grant of ledgers of every length', { timeout: 60_000 }, async () => {
    const cores = await signedCores()
    for (let length = 1; length <= 33; length++) {
      await growLedger(cores.ledger, length)
      for (let index = 0; index < length; index++)
        expect(verifyReceipt(await receiptAt(cores, index), cores.projectKey)).toMatchObject({
          holds: true,
          grant: { projectKey: cores.projectKey, index, epoch: 0, record: ledgerRecord(index) },
        })
    }
  })

  it('says which project it is about when no key is given', async () => {
    const { cores, file } = await someReceipt()
    expect(verifyReceipt(file)).toMatchObject({ holds: true, grant: { projectKey: cores.projectKey } })
  })

  it('proves nothing for another project', async () => {
    const { file } = await someReceipt()
    const verdict = verifyReceipt(file, hex32<ProjectKey>('11'.repeat(32)))
    expect(verdict).toMatchObject({ holds: false, why: expect.stringMatching(/another project/) as string })
  })

  it('is void with any single bit flipped', { timeout: 60_000 }, async () => {
    const { file } = await someReceipt()
    for (let bit = 0; bit < file.byteLength * 8; bit++) {
      const tampered = Uint8Array.from(file)
      tampered[bit >> 3]! ^= 1 << (bit & 7)
      expect(verifyReceipt(tampered).holds, `bit ${bit}`).toBe(false)
    }
  })

  it('is void after any other edit, and never throws', { timeout: 60_000 }, async () => {
    const { file } = await someReceipt()
    const edit = fc.record({ at: fc.nat(), cut: fc.nat(40), insert: fc.uint8Array({ maxLength: 40 }) })
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const bytes = [...file]
        for (const { at, cut, insert } of edits) bytes.splice(at % bytes.length, cut, ...insert)
        const tampered = Uint8Array.from(bytes)
        fc.pre(Buffer.compare(tampered, file) !== 0)
        expect(verifyReceipt(tampered).holds).toBe(false)
      }),
      { seed: RANDOM_SEED, numRuns: 3000 },
    )
  })

  it('is void with a well-formed change in any of its parts', async () => {
    const { file } = await someReceipt()
    const { announcement, grant } = parseReceipt(file)
    const richer = encodeLedgerRecord(ledgerRecord(20, { cumulativeFuel: 10n ** 15n }))
    const cases: readonly (readonly [string, Partial<Receipt>, RegExp])[] = [
      ['a larger total', { grant: { ...grant, block: richer } }, /does not cover the grant/],
      ['another place', { grant: { ...grant, index: 21 } }, /does not cover the grant/],
      ['a shorter ledger', { grant: { ...grant, length: 36 } }, /does not cover the grant/],
      ['a sibling less', { grant: { ...grant, path: grant.path.slice(1) } }, /does not cover the grant/],
      ['the roots swapped', { grant: { ...grant, roots: [...grant.roots].reverse() } }, /cover the grant/],
      ['another project', { projectKey: hex32<ProjectKey>('22'.repeat(32)) }, /cover the announcement/],
      ['another announcement', { announcement: { ...announcement, index: 0 } }, /cover the announcement/],
      ['another signer', { ledgerSigner: hex32('33'.repeat(32)) }, /another signer/],
      ['the grant as announcement', { announcement: grant }, /does not cover the announcement/],
    ]
    for (const [what, change, why] of cases)
      expect(verifyReceipt(changed(file, change)), what).toMatchObject({
        holds: false,
        why: expect.stringMatching(why) as string,
      })
  })

  it('does not let one publisher pass off a ledger of another', async () => {
    const { cores, file } = await someReceipt()
    const other = await signedCores({ seed: OTHER_SEED })
    await growLedger(other.ledger, 37)
    const foreign = parseReceipt(await receiptAt(other, 20))
    for (const change of [
      { grant: foreign.grant },
      { grant: foreign.grant, ledgerSigner: foreign.ledgerSigner },
      { ...foreign, projectKey: cores.projectKey },
    ])
      expect(verifyReceipt(changed(file, change), cores.projectKey).holds).toBe(false)
    expect(verifyReceipt(encodeReceipt(foreign), cores.projectKey).holds).toBe(false)
  })

  it('is not made of a signed block that announces no ledger', async () => {
    const { cores } = await someReceipt()
    const announced = await findLedger(cores.projectKey, cores.project, 0)
    const announcement = await proveBlock(cores.project, 0)
    const file = await exportReceipt({ ...announced, announcement }, cores.ledger, 20)
    expect(verifyReceipt(file, cores.projectKey)).toMatchObject({
      holds: false,
      why: expect.stringMatching(/does not announce a ledger/) as string,
    })
  })

  it('refuses files that are something else', () => {
    for (const text of ['', 'hello', 'powerswarm proof\n', 'powerswarm proof\n\x01\x09'])
      expect(verifyReceipt(new TextEncoder().encode(text)).holds).toBe(false)
    expect(verifyReceipt(new TextEncoder().encode('powerswarm proof\n\x02\x01'))).toMatchObject({
      holds: false,
      why: expect.stringMatching(/must update/) as string,
    })
  })
})

describe('the test vectors', () => {
  const vectors = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../fixtures/proofs/receipts.json'), 'utf8'),
  ) as readonly { name: string; projectKey: ProjectKey; file: string; verdict: unknown }[]

  it.each(vectors)('$name', ({ projectKey, file, verdict }) => {
    expect(plainJson(verifyReceipt(hexToBytes(file), projectKey))).toEqual(verdict)
  })
})
