/** A tick every `PERIOD_MS`, from a worker: timers of a page that is not looked at are slowed down, those of workers are not. */
const PERIOD_MS = 40;
setInterval(() => postMessage(0), PERIOD_MS);
