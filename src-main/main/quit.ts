import { app, powerMonitor } from 'electron'

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

/**
 * Lets the system wait while the app quits in order, where it asks (Linux, macOS). Else units lose what they computed
 * since they were saved last. Call after the app is ready.
 */
export function quitBeforeShutdown(): void {
  // Electron declares no argument for this listener, but gives an event.
  powerMonitor.on('shutdown', (event?: { preventDefault?: () => void }) => {
    event?.preventDefault?.()
    app.quit()
  })
}
