import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { resolveAsset } from '../../src-main/main/asset.ts'

const resolve = (url: string) => resolveAsset('/app/out/renderer', ['tray', 'assets'], url)

test('serves pages and their assets', () => {
  expect(resolve('app://powerswarm/tray/index.html')).toEqual({
    path: '/app/out/renderer/tray/index.html',
    contentType: 'text/html; charset=utf-8',
  })
  expect(resolve('app://powerswarm/assets/main-Ab_1.js?x#y')?.path).toBe(
    '/app/out/renderer/assets/main-Ab_1.js',
  )
})

test.each([
  ['a folder that is not named', 'app://powerswarm/screensaver/index.html'],
  ['the top', 'app://powerswarm/'],
  ['a file at the top', 'app://powerswarm/tray.js'],
  ['a kind of file without a type', 'app://powerswarm/assets/main.js.map'],
  ['a climb', 'app://powerswarm/tray/../../main/index.js'],
  ['an encoded climb', 'app://powerswarm/tray/%2e%2e/%2e%2e/main/index.js'],
  ['a climb with an encoded slash', 'app://powerswarm/tray/..%2f..%2fmain%2findex.js'],
  ['a backslash', 'app://powerswarm/tray/..%5c..%5cindex.js'],
  ['a hidden file', 'app://powerswarm/assets/.built.js'],
  ['a zero byte', 'app://powerswarm/assets/a%00.js'],
  ['a broken escape', 'app://powerswarm/assets/%zz.js'],
  ['no address at all', 'tray/index.html'],
])('refuses %s', (_name, url) => expect(resolve(url)).toBeUndefined())

test('never leaves its folder', () => {
  const piece = fc.constantFrom('..', '.', '%2e%2e', '%2f', '/', '\\', '%5c', 'tray', 'assets', 'a.js', '%00')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const asset = resolve(`app://powerswarm/assets/${pieces.join('')}/x.js`)
      if (asset !== undefined) expect(asset.path).toMatch(/^\/app\/out\/renderer\/(tray|assets)\//)
    }),
    { seed: 11, numRuns: 500 },
  )
})
