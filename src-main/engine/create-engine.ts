/**
 * The engine's face for programs that run it in plain Node: the command line. The desktop app starts engine/index.ts
 * in a process of its own instead.
 */
export { hostInfo } from './adapters/host/host-info.ts'
export { startPrivateDht } from './adapters/hyper/private-dht.ts'
export { createProject, type CreatedProject, type NewProject } from './create-project.ts'
export { openPublisher, runningPublisher, type Publisher, type PublisherInit } from './create-publisher.ts'
export { startRelay } from './create-relay.ts'
export { defaultHomeDir, makeDirs, projectFolderName, projectFolders } from './data-folder.ts'
export { exportProject } from './export-project.ts'
export { openHeadlessDonor, type HeadlessDonor } from './headless-donor.ts'
export { importProject, type ImportedProject } from './import-project.ts'
export { openForegroundSlots } from './node-slots.ts'
export { restoreProject, type RestoredProject } from './restore-project.ts'
export { runningDonor } from './running-donor.ts'
export { connectToSocket, type SocketClient } from './socket-server.ts'
