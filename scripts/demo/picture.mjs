import { chromium } from '@playwright/test'

/**
 * Looks at the app's tray window over the debugging port: saves a picture and reads the credit that it shows.
 * @param {import('./desktop-app.mjs').DesktopApp} app
 * @param {string} path of the PNG
 * @returns {Promise<{ path: string, countedFuel: string }>} `countedFuel`: decimal, as the window says it
 */
export async function picture(app, path) {
  if (app.debugUrl === undefined) throw new Error('the app was started without a debugging port')
  const browser = await chromium.connectOverCDP(app.debugUrl)
  try {
    const pages = browser.contexts().flatMap((context) => context.pages())
    const window = pages.find((page) => page.url().includes('/tray/'))
    if (!window)
      throw new Error(`the app shows no tray window, only ${pages.map((page) => page.url()).join(', ')}`)
    const countedFuel = await window.locator('[data-credit="counted"] [data-fuel]').getAttribute('data-fuel')
    await window.screenshot({ path })
    return { path, countedFuel: countedFuel ?? '' }
  } finally {
    await browser.close()
  }
}
