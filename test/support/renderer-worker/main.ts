import { app, BrowserWindow, crashReporter, session } from 'electron'
import { SLOT_V8_FLAGS } from '../../../src-main/contracts/slot-flags.ts'
import { registerSchemes, serveScheme, SLOT_RULES, slotPages } from '../../../src-main/main/scheme.ts'
import { hardenSession, SAFE_PREFERENCES, severSession } from '../../../src-main/main/security.ts'
import { RENEW, type Answer, type Request } from './messages.ts'

/** Electron's main program of a test: one page under the rules of slots, served from the folder RENDERER_DIR. */

const { RENDERER_DIR: rendererDir = '', RENDERER_FLAGS: flags = SLOT_V8_FLAGS.join(' ') } = process.env
app.commandLine.appendSwitch('js-flags', flags)
// Without it an access out of bounds ends the renderer instead of trapping; see src-main/main/index.ts.
crashReporter.start({ uploadToServer: false })
registerSchemes()

async function openPage(): Promise<Electron.WebContents> {
  const slotSession = session.fromPartition('slot-1', { cache: false })
  hardenSession(slotSession, [slotPages(1)])
  await severSession(slotSession)
  serveScheme(slotSession.protocol, SLOT_RULES, rendererDir)
  const window = new BrowserWindow({
    show: false,
    webPreferences: { ...SAFE_PREFERENCES, session: slotSession, backgroundThrottling: false },
  })
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    console.error(`the renderer is gone: ${reason}`)
    app.exit(1)
  })
  await window.loadURL(`${slotPages(1)}slot/index.html`)
  return window.webContents
}

async function answer(page: Electron.WebContents, { id, name, args }: Request): Promise<Answer> {
  try {
    const call = `callWorker(${JSON.stringify(name)}, ${JSON.stringify(args)})`
    return { id, value: (await page.executeJavaScript(name === RENEW ? 'renewWorker()' : call)) as unknown }
  } catch (error) {
    return { id, error: String(error) }
  }
}

async function serve(): Promise<void> {
  const page = await openPage()
  process.on('message', (request) => {
    void answer(page, request as Request).then((reply) => process.send?.(reply))
  })
  process.on('disconnect', () => app.exit(0))
  process.send?.({ id: 0, value: process.versions.v8 } satisfies Answer)
}

app
  .whenReady()
  .then(serve)
  .catch((error: unknown) => {
    console.error(error)
    app.exit(1)
  })
