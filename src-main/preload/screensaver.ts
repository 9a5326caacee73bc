import { WINDOW_CHANNELS } from '../contracts/ipc.ts'
import { screensaverSchema } from '../contracts/ui.ts'
import { exposeWindowApi } from './window-api.ts'

exposeWindowApi(screensaverSchema, WINDOW_CHANNELS.screensaver)
