import { expect, it } from 'vitest'
import { bytesToHex, hex32, type ProjectKey } from '../../../../src-main/domain/ids.ts'
import { createDigests } from '../../../../src-main/engine/adapters/hyper/digests.ts'
import { app, batch, DonorHome, ok, unit } from '../../../support/donor-rig.ts'
import { fakeConnection } from '../../../support/fake-project-connection.ts'

const otherKey = hex32<ProjectKey>('99'.repeat(32))
const digests = createDigests()
const units = Array.from({ length: 10 }, (_, index) => unit(index))

it('computes as long for one project as for the other, though their units differ in length', async () => {
  const donorKey = bytesToHex(digests.donorKeyPair(new Uint8Array(32).fill(7), otherKey).publicKey)
  const other = fakeConnection({ projectKey: otherKey, donorKey, units, digests, expiresAt: 1e12 })
  const opened = await new DonorHome({ other, leaseMs: 3_600_000 }).start(units)
  await opened.donor.join({ projectKey: otherKey }, 'powerswarm://other')
  other.say(app)
  other.say({ ...batch, first: 500 })

  const had = { long: 0, short: 0 }
  for (let count = 1; had.long < 100_000; count++) {
    const { args } = await opened.running(count)
    const [name, ms] = Number(args[0]) < 500 ? (['long', 50_000] as const) : (['short', 10_000] as const)
    await opened.pass(ms)
    had[name] += ms
    opened.slot.end(ok)
  }
  expect(had.short).toBeGreaterThanOrEqual(50_000)
  expect(had.short).toBeLessThanOrEqual(100_000)
})
