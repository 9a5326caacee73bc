// Runs inside Electron: draws SVG text on a canvas, one picture after the other, and writes PNG files.
// Arguments: a JSON file with { source, sizePx, path }[], and a folder for the profile.
import { readFileSync, writeFileSync } from 'node:fs'
import { app, BrowserWindow } from 'electron'

const [listPath, profileDir] = process.argv.slice(-2)
if (listPath === undefined || profileDir === undefined) throw new Error('expected a list and a folder')

/** @type {{ source: string, sizePx: number, path: string }[]} */
const pictures = JSON.parse(readFileSync(listPath, 'utf8'))

/** Page code: an SVG without a size of its own is drawn at the size that is asked for, so edges stay sharp. */
function draw(source, sizePx) {
  const sized = source.replace('<svg ', `<svg width="${sizePx}" height="${sizePx}" `)
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(sized)}`
  return image.decode().then(() => {
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = sizePx
    canvas.getContext('2d').drawImage(image, 0, 0, sizePx, sizePx)
    return canvas.toDataURL('image/png')
  })
}

async function rasterise() {
  const window = new BrowserWindow({ show: false, webPreferences: { sandbox: true } })
  await window.loadURL('data:text/html,')
  for (const { source, sizePx, path } of pictures) {
    const call = `(${draw.toString()})(${JSON.stringify(source)}, ${sizePx})`
    const url = await window.webContents.executeJavaScript(call)
    writeFileSync(path, Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'))
  }
}

app.setPath('userData', profileDir)
app.disableHardwareAcceleration()
// Not awaited at the top level: Electron becomes ready only after this module has been evaluated.
app
  .whenReady()
  .then(rasterise)
  .then(
    () => app.exit(0),
    (error) => {
      console.error(error)
      app.exit(1)
    },
  )
