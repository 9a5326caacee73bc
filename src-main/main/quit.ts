import { app } from 'electron'

/** However the app is asked to quit, `stop` is awaited first; asked twice, it stops once. */
export function quitInOrder(stop: () => Promise<void>): void {
  let stopping = false
  app.on('before-quit', (event) => {
    event.preventDefault()
    if (stopping) return
    stopping = true
    stop().then(
      () => app.exit(0),
      (error: unknown) => {
        process.stderr.write(`The app did not stop in order: ${String(error)}\n`)
        app.exit(1)
      },
    )
  })
}
