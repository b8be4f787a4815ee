/**
 * The camera → JPEG pictures with their capture time.
 *
 * A frame is at most `WIDTH_PX` wide, not mirrored (left and right stay the subject's own), and is made only when the
 * receiver is ready for it: newest wins, nothing queues. No picture is kept.
 */

export const WIDTH_PX = 640;
const QUALITY = 0.8;

/** What went wrong with the camera; `words.ts` has the sentence and the remedy. */
export type CameraTrouble = "missing" | "denied" | "busy" | "lost" | "insecure" | "failed";

/** A camera that the browser knows. */
export interface CameraDevice {
  readonly id: string;
  readonly name: string;
}

export interface Shot {
  /** Capture time, seconds of performance.now()'s clock. */
  readonly captured_s: number;
  readonly jpeg: ArrayBuffer;
  readonly width_px: number;
  readonly height_px: number;
}

/** Names of DOMException, by what they mean here. */
const TROUBLE_OF: Readonly<Record<string, CameraTrouble>> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

export const troubleOf = (error: unknown): CameraTrouble =>
  (error instanceof Error && TROUBLE_OF[error.name]) || "failed";

/** How many pictures that the camera showed were not sent. */
export class Withheld {
  private shown = 0;
  private presented = 0;
  private sent = 0;
  private since_s = 0;

  /** A picture is shown; the browser counts those too that it told nobody of. */
  show(presented: number): void {
    this.shown += Math.max(1, this.presented > 0 ? presented - this.presented : 1);
    this.presented = presented;
  }

  send(): void {
    this.sent++;
  }

  /** A second, since this was asked last. */
  rate(now_s: number): number {
    const rate = Math.max(0, this.shown - this.sent) / Math.max(0.1, now_s - this.since_s);
    [this.shown, this.sent, this.since_s] = [0, 0, now_s];
    return rate;
  }
}

export class Camera {
  readonly withheld = new Withheld();
  readonly video = document.createElement("video");
  private readonly canvas = document.createElement("canvas");
  private stream: MediaStream | undefined;
  private busy = false;
  private wanted = 0;
  /** Id of the camera to open; empty for whichever faces the person. */
  chosen = "";

  /** @param onTrouble called when the camera is lost while it is used. */
  constructor(private readonly onTrouble: (trouble: CameraTrouble) => void) {
    this.video.muted = true;
    this.video.playsInline = true;
  }

  get isOpen(): boolean {
    return this.stream !== undefined;
  }

  /** Id of the camera that is open, or would be. */
  get id(): string {
    return this.stream?.getVideoTracks()[0]?.getSettings().deviceId ?? this.chosen;
  }

  /** The cameras there are; none before the person has allowed one. */
  async devices(): Promise<CameraDevice[]> {
    const devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    const cameras = devices.filter(({ kind, deviceId }) => kind === "videoinput" && deviceId);
    return cameras.map(({ deviceId, label }, i) => ({ id: deviceId, name: label || `Camera ${i + 1}` }));
  }

  /** Ask for the camera. Gives the trouble in place of throwing. */
  async open(): Promise<CameraTrouble | undefined> {
    if (!navigator.mediaDevices) return "insecure";
    const wanted = ++this.wanted;
    try {
      const which = this.chosen ? { deviceId: { exact: this.chosen } } : { facingMode: "user" };
      const stream = await navigator.mediaDevices.getUserMedia({
        video: { width: { ideal: WIDTH_PX }, height: { ideal: 480 }, frameRate: { ideal: 30 }, ...which },
        audio: false,
      });
      if (wanted !== this.wanted) {
        for (const track of stream.getTracks()) track.stop(); // closed again while the person was asked
        return undefined;
      }
      this.stream = stream;
      stream.getVideoTracks()[0]?.addEventListener("ended", () => {
        this.close();
        this.onTrouble("lost");
      });
      this.video.srcObject = stream;
      await this.video.play();
      return undefined;
    } catch (error) {
      if (wanted !== this.wanted) return undefined; // what was asked for since is another's
      this.close();
      return troubleOf(error);
    }
  }

  close(): void {
    this.wanted++;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = undefined;
    this.video.srcObject = null;
  }

  /** Take the picture of this moment; nothing if the last one is still being made or there is none. */
  async shoot(captured_s: number): Promise<Shot | undefined> {
    if (this.busy || !this.stream || this.video.videoWidth === 0) return undefined;
    this.busy = true;
    try {
      const scale = Math.min(1, WIDTH_PX / this.video.videoWidth);
      this.canvas.width = Math.round(this.video.videoWidth * scale);
      this.canvas.height = Math.round(this.video.videoHeight * scale);
      this.canvas.getContext("2d")?.drawImage(this.video, 0, 0, this.canvas.width, this.canvas.height);
      const blob = await new Promise<Blob | null>((done) => this.canvas.toBlob(done, "image/jpeg", QUALITY));
      if (!blob) return undefined;
      const jpeg = await blob.arrayBuffer();
      return { captured_s, jpeg, width_px: this.canvas.width, height_px: this.canvas.height };
    } finally {
      this.busy = false;
    }
  }
}
