/** Keeps the screen lit while that is wanted; where the browser cannot, nothing is said. */
export class Wake {
  private isWanted = false;
  private lock: Promise<WakeLockSentinel | undefined> | undefined;

  constructor() {
    document.addEventListener("visibilitychange", () => {
      this.lock = undefined; // the browser takes it back from a page that is hidden
      this.want(this.isWanted);
    });
  }

  want(isWanted: boolean): void {
    this.isWanted = isWanted;
    if (isWanted && !document.hidden) {
      this.lock ??= navigator.wakeLock?.request("screen").catch(() => undefined);
    } else if (!isWanted) {
      void this.lock?.then((lock) => lock?.release());
      this.lock = undefined;
    }
  }
}
