import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { encodeEvidence, type Evidence } from '../../../src-main/contracts/wire/evidence.ts'
import { encodeLedgerRecord } from '../../../src-main/contracts/wire/ledger-record.ts'
import { hex32, hexToBytes, type ProjectKey } from '../../../src-main/domain/ids.ts'
import { proveHead } from '../../../src-main/engine/adapters/hyper/core-proof.ts'
import { findLedger, signerOf } from '../../../src-main/engine/adapters/hyper/receipt-export.ts'
import { verifyEvidence } from '../../../src-main/engine/verifier/verify-evidence.ts'
import { plainJson } from '../../support/wire-records.ts'
import { growLedger, ledgerRecord, type SignedCores } from '../../support/ledger-blocks.ts'
import { signedCores } from '../../support/signed-cores.ts'

/** Two stores of one publisher whose ledgers are equal below `common` and differ from there on. */
async function forked(
  common: number,
  lengths: readonly [number, number],
): Promise<[SignedCores, SignedCores]> {
  const pair: [SignedCores, SignedCores] = [await signedCores(), await signedCores()]
  for (const [side, cores] of pair.entries()) {
    await growLedger(cores.ledger, common)
    if (lengths[side]! > common)
      await cores.ledger.append([encodeLedgerRecord(ledgerRecord(common, { fuel: BigInt(side + 1) }))])
    await growLedger(cores.ledger, lengths[side]!)
  }
  return pair
}

async function evidenceOf([one, other]: [SignedCores, SignedCores]): Promise<Evidence> {
  const length = Math.min(one.ledger.length, other.ledger.length)
  const { announcement } = await findLedger(one.projectKey, one.project, 0)
  return {
    projectKey: one.projectKey,
    ledger: { announcement, ledgerSigner: signerOf(one.ledger) },
    length,
    heads: [await proveHead(one.ledger, length), await proveHead(other.ledger, length)],
  }
}

describe('evidence', () => {
  it.each([
    [0, [1, 1]],
    [3, [4, 4]],
    [5, [9, 30]],
    [12, [40, 13]],
    [31, [32, 33]],
    [6, [7, 64]],
  ] as const)('shows a fork at block %i of ledgers of %j blocks', async (common, lengths) => {
    const pair = await forked(common, [...lengths])
    const verdict = verifyEvidence(encodeEvidence(await evidenceOf(pair)), pair[0].projectKey)
    expect(verdict).toEqual({
      holds: true,
      fork: { projectKey: pair[0].projectKey, epoch: 0, length: Math.min(...lengths) },
    })
  })

  it('shows a fork of the project core', async () => {
    const [one, other] = [await signedCores(), await signedCores({ epoch: 1 })]
    const heads = [await proveHead(one.project, 2), await proveHead(other.project, 2)] as const
    const file = encodeEvidence({ projectKey: one.projectKey, length: 2, heads })
    expect(verifyEvidence(file)).toEqual({ holds: true, fork: { projectKey: one.projectKey, length: 2 } })
  })

  it('is none when one ledger only goes on where the other ends', async () => {
    const [one, other] = [await signedCores(), await signedCores()]
    for (const [short, long] of [
      [1, 2],
      [5, 5],
      [7, 19],
      [21, 40],
    ] as const) {
      await growLedger(one.ledger, short)
      await growLedger(other.ledger, long)
      const evidence = await evidenceOf([one, other])
      expect(verifyEvidence(encodeEvidence(evidence))).toEqual({
        holds: false,
        why: 'both heads tell the same story',
      })
    }
  })

  it('cannot be made by moving bytes between subtrees that one parent sums up', async () => {
    const [one, other] = [await signedCores(), await signedCores()]
    await growLedger(one.ledger, 1)
    await growLedger(other.ledger, 2)
    const evidence = await evidenceOf([one, other])
    const { roots, rest, ...head } = evidence.heads[1]
    const moved = {
      ...head,
      roots: roots.map((node) => ({ ...node, size: node.size + 1 })),
      rest: rest.map((node) => ({ ...node, size: node.size - 1 })),
    }
    expect(verifyEvidence(encodeEvidence({ ...evidence, heads: [evidence.heads[0], moved] })).holds).toBe(
      false,
    )
  })

  it('is void with any single bit flipped', async () => {
    const evidence = encodeEvidence(await evidenceOf(await forked(6, [7, 20])))
    let held = 0
    for (let bit = 0; bit < evidence.byteLength * 8; bit++) {
      const tampered = Uint8Array.from(evidence)
      tampered[bit >> 3]! ^= 1 << (bit & 7)
      if (verifyEvidence(tampered).holds) held += 1
    }
    expect(held).toBe(0)
  })

  it('proves nothing about another project', async () => {
    const file = encodeEvidence(await evidenceOf(await forked(3, [4, 4])))
    expect(verifyEvidence(file, hex32<ProjectKey>('11'.repeat(32))).holds).toBe(false)
  })

  it('is refused with heads that are not signed, or nodes too few or too many', async () => {
    const evidence = await evidenceOf(await forked(3, [4, 9]))
    const [one, other] = evidence.heads
    for (const head of [
      { ...one, signature: other.signature },
      { ...one, roots: [] },
      { ...one, roots: [...one.roots, ...one.roots] },
      { ...one, rest: other.rest },
      { ...one, length: 5 },
    ])
      expect(verifyEvidence(encodeEvidence({ ...evidence, heads: [head, other] }))).toEqual({
        holds: false,
        why: 'a head is not covered by its signature',
      })
  })
})

describe('the test vectors', () => {
  const vectors = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../fixtures/proofs/evidence.json'), 'utf8'),
  ) as readonly { name: string; projectKey: ProjectKey; file: string; verdict: unknown }[]

  it.each(vectors)('$name', ({ projectKey, file, verdict }) => {
    expect(plainJson(verifyEvidence(hexToBytes(file), projectKey))).toEqual(verdict)
  })
})
