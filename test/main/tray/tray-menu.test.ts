import { expect, test } from 'vitest'
import { trayMenu } from '../../../src-main/main/tray/tray-menu.ts'
import { TestDonor } from '../../fixtures/engine/test-donor.ts'

const lines = (...given: Parameters<typeof trayMenu>): string[] =>
  trayMenu(...given).map((entry) => {
    if (entry.kind === 'separator') return '-'
    if (entry.kind === 'text') return `(${entry.label})`
    return `${entry.label} > ${entry.command}${entry.enabled ? '' : ' (off)'}`
  })

test('shows the sentence to read, and offers to pause', () => {
  expect(lines('Computing 2 units', new TestDonor().state)).toEqual([
    '(Computing 2 units)',
    '-',
    'Open Powerswarm > open',
    'Pause > pause',
    'Start screensaver > start-screensaver',
    '-',
    'Quit > quit',
  ])
})

test('offers to resume what the donor paused, and only that', () => {
  const donor = new TestDonor()
  donor.setPaused(true)
  expect(lines('Paused by you', donor.state)).toContain('Resume > resume')
  donor.setPaused(false)
  donor.setSuspended(true)
  expect(lines('Paused', donor.state)).toContain('Pause > pause')
})

test('without an engine only opening and quitting can be chosen', () => {
  expect(
    lines('Starting', undefined).filter((line) => line.includes('>') && !line.endsWith('(off)')),
  ).toEqual(['Open Powerswarm > open', 'Quit > quit'])
})
