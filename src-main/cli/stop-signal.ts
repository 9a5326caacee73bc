const SAME_WISH_MS = 1000

/**
 * Resolves on the first Ctrl-C, `kill` or closed terminal, for commands that run until they are told to stop. A
 * second signal, a second later or more, ends the process at once, which loses nothing: everything that counts is on
 * disk. One that comes sooner is the same wish told twice, as npm and shells do.
 */
export function stopSignal(): { readonly stopped: Promise<void>; release(): void } {
  const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP']
  let stop: () => void = () => undefined
  const stopped = new Promise<void>((resolve) => {
    stop = resolve
  })
  let patience: NodeJS.Timeout | undefined
  const onSignal = (): void => {
    patience ??= setTimeout(release, SAME_WISH_MS).unref()
    stop()
  }
  const release = (): void => {
    clearTimeout(patience)
    for (const signal of signals) process.off(signal, onSignal)
  }
  for (const signal of signals) process.on(signal, onSignal)
  return { stopped, release }
}
