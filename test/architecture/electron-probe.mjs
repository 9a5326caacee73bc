// Runs inside Electron: says which of the members named in PROBE_MEMBERS this runtime lacks, as JSON on one line
// after "missing:". Each owner needs an object that has its members.
import * as electron from 'electron'
import { fileURLToPath } from 'node:url'

const { app, BrowserWindow, Menu, MessageChannelMain, nativeImage, session, Tray, utilityProcess } = electron

function samples() {
  const window = new BrowserWindow({ show: false })
  const channel = new MessageChannelMain()
  // It is ended with the app; a second Electron main would do harm, a utility process does not.
  const child = utilityProcess.fork(fileURLToPath(new URL('./electron-probe-child.mjs', import.meta.url)))
  return {
    BrowserWindow: window,
    CommandLine: app.commandLine,
    Menu: Menu.prototype,
    MessageChannelMain: channel,
    MessagePortMain: channel.port1,
    NativeImage: nativeImage.createEmpty(),
    Notification: electron.Notification.prototype,
    Session: session.defaultSession,
    Tray: Tray.prototype,
    UtilityProcess: child,
    WebContents: window.webContents,
    WebFrameMain: window.webContents.mainFrame,
    WebRequest: session.defaultSession.webRequest,
  }
}

/** The module of an owner: `app` for App, `Menu` for Menu. */
function moduleOf(owner) {
  return electron[owner] ?? electron[owner.charAt(0).toLowerCase() + owner.slice(1)]
}

function missing({ owner, name, isStatic }, objects) {
  const object = isStatic ? moduleOf(owner) : (objects[owner] ?? moduleOf(owner))
  if (object === undefined) return [`${owner} (no sample of it)`]
  return name in object ? [] : [`${owner}.${name}`]
}

app
  .whenReady()
  .then(() => {
    const objects = samples()
    const lacking = JSON.parse(process.env.PROBE_MEMBERS).flatMap((member) => missing(member, objects))
    console.log(`missing:${JSON.stringify(lacking)}`)
    app.exit(0)
  })
  .catch((error) => {
    console.error(error)
    app.exit(1)
  })
