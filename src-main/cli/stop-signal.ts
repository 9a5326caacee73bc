/**
 * Resolves on the first Ctrl-C, `kill` or closed terminal, for commands that run until they are told to stop. From
 * then on a second signal ends the process at once, which loses nothing: everything that counts is on disk.
 */
export function stopSignal(): { readonly stopped: Promise<void>; release(): void } {
  const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']
  let stop: () => void = () => undefined
  const stopped = new Promise<void>((resolve) => {
    stop = resolve
  })
  const onSignal = (): void => {
    release()
    stop()
  }
  const release = (): void => {
    for (const signal of signals) process.off(signal, onSignal)
  }
  for (const signal of signals) process.on(signal, onSignal)
  return { stopped, release }
}
