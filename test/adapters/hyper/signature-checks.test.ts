import { expect, it, onTestFinished } from 'vitest'
import type { ProjectKey } from '../../../src-main/domain/ids.ts'
import { donorKeyOf, donorKeyPair } from '../../../src-main/engine/adapters/hyper/keys.ts'
import { SignatureChecks } from '../../../src-main/engine/adapters/hyper/signature-checks.ts'
import { signSubmit } from '../../../src-main/engine/adapters/hyper/signatures.ts'
import { hex } from '../../support/publisher-store.ts'

const projectKey = hex(1) as string as ProjectKey
const keys = donorKeyPair(new Uint8Array(32).fill(2), projectKey)
const donorKey = donorKeyOf(keys)

function checks(busyPerSecond: number): { readonly checks: SignatureChecks; readonly logged: string[] } {
  const logged: string[] = []
  const own = new SignatureChecks({ log: (_level, event) => logged.push(event), busyPerSecond, now: () => 0 })
  onTestFinished(() => own.close())
  return { checks: own, logged }
}

/** The results and whether their signature should hold: every third is of other results. */
const submits = Array.from({ length: 60 }, (_, i) => {
  const results = new Uint8Array(300).fill(i)
  const signed = i % 3 === 0 ? results.with(7, i + 1) : results
  return { results, signature: signSubmit(projectKey, signed, keys.secretKey), holds: i % 3 !== 0 }
})

it.each([
  ['here while there are few', Infinity],
  ['here and in a thread while they become many', 10],
  ['in a thread', 0],
])('tells good signatures from bad ones %s', async (_, busyPerSecond) => {
  const { checks: own, logged } = checks(busyPerSecond)
  const answers = submits.map(({ results, signature }) =>
    own.submitHolds(projectKey, results, donorKey, signature),
  )
  expect(await Promise.all(answers)).toEqual(submits.map(({ holds }) => holds))
  const other = donorKeyOf(donorKeyPair(new Uint8Array(32).fill(3), projectKey))
  const [, second] = submits
  expect(
    await own.submitHolds(
      projectKey,
      second?.results ?? new Uint8Array(),
      other,
      second?.signature ?? new Uint8Array(64),
    ),
  ).toBe(false)
  expect(logged).toEqual([])
})

it('answers what it was asked when it closes', async () => {
  const { checks: own } = checks(0)
  const [first] = submits
  const asked = own.submitHolds(
    projectKey,
    first?.results ?? new Uint8Array(),
    donorKey,
    first?.signature ?? new Uint8Array(64),
  )
  const closed = own.close()
  await expect(asked).rejects.toMatchObject({ code: 'busy' })
  await closed
})
