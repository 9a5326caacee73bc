import { app } from 'electron'

/**
 * Takes the one lock of this data folder. False: another instance runs; it was told to show its window, and this
 * one has nothing left to do.
 * @param onSecondLaunch called in the first instance when somebody starts the app again
 */
export function takeInstanceLock(onSecondLaunch: () => void): boolean {
  if (!app.requestSingleInstanceLock()) return false
  app.on('second-instance', onSecondLaunch)
  return true
}
