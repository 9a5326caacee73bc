import { WINDOW_CHANNELS } from '../contracts/ipc.ts'
import { trayWindowSchema } from '../contracts/ui.ts'
import { exposeWindowApi } from './window-api.ts'

exposeWindowApi(trayWindowSchema, WINDOW_CHANNELS.tray)
