/**
 * The camera while it is wanted: opened, chosen among several, asked for again while it is away; each new picture goes to the server.
 *
 * A camera that is away is asked for again only where the person's permission stands: nobody is asked out of the blue.
 */
import { Camera } from "./camera.ts";
import type { Link } from "./link.ts";
import type { CameraState, Store } from "./store.ts";

const AGAIN_MS = 3000;
const AWAY: ReadonlySet<CameraState> = new Set(["missing", "denied", "busy", "lost", "failed"]);

export class Capture {
  readonly camera = new Camera((trouble) => this.tell(trouble));
  private frame = 0;
  private again: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly store: Store,
    private readonly link: Link,
  ) {
    navigator.mediaDevices?.addEventListener("devicechange", () => {
      void this.list();
      void this.reopen();
    });
  }

  async open(): Promise<void> {
    this.tell("asking");
    const trouble = await this.camera.open();
    this.tell(trouble ?? (this.camera.isOpen ? "on" : "off"));
  }

  /** Use another camera, from now on. */
  async choose(id: string): Promise<void> {
    this.camera.close();
    this.camera.chosen = id;
    await this.open();
  }

  close(): void {
    this.camera.close();
    this.tell("off");
  }

  /** Quietly: what is said of the trouble stays until it is over. */
  private async reopen(): Promise<void> {
    clearTimeout(this.again);
    if (!this.isAway) return;
    if (await isAllowed()) {
      await this.camera.open();
      if (this.camera.isOpen) return this.tell("on");
    }
    if (this.isAway) this.later();
  }

  private async list(): Promise<void> {
    this.store.set({ cameras: await this.camera.devices() });
  }

  private get isAway(): boolean {
    return AWAY.has(this.store.view.camera);
  }

  private later(): void {
    clearTimeout(this.again);
    this.again = setTimeout(() => void this.reopen(), AGAIN_MS);
  }

  private tell(camera: CameraState): void {
    this.store.set(camera === "on" ? { camera } : { camera, reading: undefined });
    if (camera === "on") {
      this.watch();
      void this.list();
    }
    if (this.isAway) this.later();
  }

  /** Send each new picture of the camera as long as there is one and the socket keeps up. */
  private watch(): void {
    const { video } = this.camera;
    const next = (): void => {
      this.frame = video.requestVideoFrameCallback((now_ms, frame) => {
        if (!this.camera.isOpen) return;
        next();
        this.camera.withheld.show(frame.presentedFrames);
        if (!this.link.isFree || this.store.view.link !== "open") return;
        void this.camera.shoot((frame.captureTime ?? now_ms) / 1000).then((shot) => {
          if (shot && this.link.sendFrame(shot.captured_s, shot.jpeg)) this.camera.withheld.send();
        });
      });
    };
    video.cancelVideoFrameCallback(this.frame); // it waited for a picture of the stream before
    next();
  }
}

/** Whether the person has allowed the camera already; false where the browser does not tell. */
async function isAllowed(): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: "camera" })).state === "granted";
  } catch {
    return false;
  }
}
