import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { publisherMigrations } from '../../../../src-main/engine/adapters/sqlite/migrations/publisher.ts'
import { openDatabase } from '../../../../src-main/engine/adapters/sqlite/open.ts'
import { openPublisherStore } from '../../../../src-main/engine/adapters/sqlite/publisher-store.ts'
import type { PublisherStore } from '../../../../src-main/engine/ports.ts'
import { donorKey, hex, unitAt } from '../../../support/publisher-store.ts'
import { tempDir } from '../../../support/temp-dir.ts'

const [A, B] = [donorKey(1), donorKey(2)]
const [RIGHT, WRONG, DEVICE] = [7, 8, 9].map((n) => hex(n))
const blob = (text: string): string => `x'${text}'`

/**
 * Three units: verified by A and B with A's grant on the ledger and B's not yet, leased to A, inconclusive with a
 * rejected copy.
 */
const VERSION_1 = `
INSERT INTO apps VALUES (0, 'a', ${blob(RIGHT!)}, ${blob(RIGHT!)}, 1, ${blob(RIGHT!)}, 65536, 1, x'00');
INSERT INTO batches VALUES (0, 0, 100, 10, '[]', 2, 1000, 100, 3, 1, 0, 1, 1, 0);
INSERT INTO donors VALUES (1, ${blob(A)}, 1, 1, 1), (2, ${blob(B)}, 0, 1, 0);
INSERT INTO units VALUES (0, 0, 1, 0, 0, 0, 0, 50, ${blob(RIGHT!)});
INSERT INTO units VALUES (0, 1, 0, 1, 0, 0, 2, 60, NULL), (0, 2, 2, 0, 0, 0, 0, 70, NULL);
INSERT INTO copies VALUES (0, 0, 1, 4, 500, 40, ${blob(RIGHT!)}, NULL), (0, 0, 2, 4, 500, 41, ${blob(RIGHT!)}, NULL);
INSERT INTO copies VALUES (0, 1, 1, 0, 600, NULL, NULL, ${blob(DEVICE!)}), (0, 2, 1, 5, 500, 42, ${blob(WRONG!)}, NULL);
INSERT INTO outputs VALUES (0, 0, ${blob(RIGHT!)}, 0, 0, 5, x'0102'), (0, 2, ${blob(WRONG!)}, 1, 3, 6, x'');
INSERT INTO verified VALUES (1, 0, 0, 41);
INSERT INTO without_credit VALUES (1, 1, 0, 2, 5);
INSERT INTO grants VALUES (1, 0, 0, 1, 5), (2, 0, 0, 2, 5);
INSERT INTO ledger_records VALUES (1, 0, 0, 0, 45, 1, 5, 5, ${blob(RIGHT!)}, 1, 1);
UPDATE ledger SET records = 1, donors = 1, grants = 1, fuel = '5', sealed_through = 1;
`
/** The same, and a second app, one with checkpoints. */
const VERSION_2 = `
${VERSION_1.replace("x'00')", "x'00', 0)")}
INSERT INTO apps VALUES (1, 'saved', ${blob(RIGHT!)}, ${blob(RIGHT!)}, 1, ${blob(RIGHT!)}, 65536, 1, x'00', 1);
`

/** The file as a program that knew `version` left it, opened by this one. */
function moved(version: number, rows: string): PublisherStore {
  const file = join(tempDir(), 'publisher.sqlite')
  const old = openDatabase(file, publisherMigrations.slice(0, version))
  old.exec(rows)
  old.close()
  const store = openPublisherStore(file)
  onTestFinished(() => store.close())
  return store
}

it('gives apps of version 1 no checkpoints', () => {
  const [app] = moved(1, VERSION_1).apps()
  expect(app).toMatchObject({ app: 0, name: 'a', moduleBytes: 1 })
  expect(app).not.toHaveProperty('checkpoint')
})

it('keeps from version 2 which apps have checkpoints', () => {
  const apps = moved(2, VERSION_2).apps()
  expect(apps.map(({ name, checkpoint }) => [name, checkpoint])).toEqual([
    ['a', undefined],
    ['saved', true],
  ])
})

it.each([
  [1, VERSION_1],
  [2, VERSION_2],
])('moves a project of version %i, its grants and its leases', (version, rows) => {
  const store = moved(version, rows)

  const counts = {
    leased: 1,
    pending: 0,
    verified: 1,
    trusted: 0,
    released: 0,
    inconclusive: 1,
    suspended: 0,
  }
  expect(store.counts()).toEqual([{ batch: 0, ...counts }])
  expect(store.unit(unitAt(0))).toEqual({ state: 'verified', digest: RIGHT })
  expect(store.unit(unitAt(1))).toEqual({ state: 'leased', live: 1, votes: 0, failures: 0, wanted: 2 })
  expect(store.unit(unitAt(2))).toEqual({ state: 'inconclusive' })
  const verified = { unit: unitAt(0), standing: 'verified', expiresAt: 500, digest: RIGHT }
  expect(store.copy(unitAt(0), A)).toEqual({ ...verified, donorKey: A, answeredAt: 40 })
  expect(store.copy(unitAt(2), A)).toMatchObject({ standing: 'rejected', digest: WRONG })
  const leased = { unit: unitAt(1), donorKey: A, standing: 'leased', expiresAt: 600, deviceKey: DEVICE }
  expect(store.overdue(600, 10)).toEqual([leased])
  expect(store.leasedToDevice(A, DEVICE!, 10)).toEqual([leased])
  const search = { donorKey: B, from: 0, scan: 10, limit: 10, votedOnly: false }
  expect(store.wanting(search).found.map(({ unit }) => unit)).toEqual([unitAt(1)])

  const output = { unit: unitAt(0), digest: RIGHT, outcome: 'ok', exitCode: 0, fuel: 5n }
  const bytes = new Uint8Array([1, 2])
  expect(store.verifiedAfter(0, 10)).toEqual([
    { cursor: 1, unit: unitAt(0), verifiedAt: 41, output: { ...output, stdout: bytes }, donors: [A, B] },
  ])
  expect(store.output(unitAt(2), WRONG!)).toMatchObject({ outcome: 'exit-nonzero', exitCode: 3, fuel: 6n })
  expect(store.withoutCredit(A, 10)).toEqual([{ unit: unitAt(2), standing: 'rejected' }])

  expect(store.unsealed(10)).toEqual([{ grant: 2, unit: unitAt(0), donorKey: B, fuel: 5n }])
  expect(store.sealedUnits(store.sealedRecord(A, 0)!)).toEqual([unitAt(0)])
  expect([...store.grants()].map(({ donorKey: donor }) => donor)).toEqual([A, B])
  const again = { unit: unitAt(0), donorKey: A, fuel: 5n }
  expect(() => {
    store.transact(() => {
      store.addGrant(again)
    })
  }).toThrow(/already/)
})

/** Units as version 3 wrote them: one verified with its output, one with a vote of A's and no output. */
const VERSION_3 = `
INSERT INTO apps VALUES (0, 'a', ${blob(RIGHT!)}, ${blob(RIGHT!)}, 1, ${blob(RIGHT!)}, 65536, 1, x'00', 0);
INSERT INTO batches VALUES (0, 0, 100, 10, '[]', 2, 1000, 100, 2, 0, 1, 1, 0, 0);
INSERT INTO donors VALUES (1, ${blob(A)}, 0, 0, 0);
INSERT INTO units VALUES (0, 0, 1, 0, ${blob(`0101${RIGHT!}01023200`)});
INSERT INTO units VALUES (0, 1, 0, 1, ${blob(`00000001000132010113052801${RIGHT!}`)});
`

it('reads units as version 3 wrote them', () => {
  const store = moved(3, VERSION_3)
  expect(store.unit(unitAt(0))).toEqual({ state: 'verified', digest: RIGHT })
  expect(store.unit(unitAt(1))).toEqual({ state: 'leased', live: 0, votes: 1, failures: 0, wanted: 1 })
  const vote = {
    unit: unitAt(1),
    donorKey: A,
    standing: 'pending',
    expiresAt: 5,
    answeredAt: 40,
    digest: RIGHT,
  }
  expect(store.votes(unitAt(1))).toEqual([vote])
  expect([0, 1].map((index) => [store.onTrust(unitAt(index)), store.disputants(unitAt(index))])).toEqual([
    [undefined, []],
    [undefined, []],
  ])
})
