/**
 * The view for an audience: the whole screen, and on it only what is seen and heard, as large as it gets. Escape, a click, or
 * the end of full screen leads back.
 */
import type { ReactiveController, ReactiveControllerHost } from "lit";

/** So long the pointer and the way back are seen after the pointer moved. */
const STIRRED_MS = 2500;

export class Show implements ReactiveController {
  isOn = false;
  private calm: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly onEnd: () => void,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    addEventListener("keydown", this.onKey, { capture: true });
    document.addEventListener("fullscreenchange", this.onFullscreen);
  }

  hostDisconnected(): void {
    removeEventListener("keydown", this.onKey, { capture: true });
    document.removeEventListener("fullscreenchange", this.onFullscreen);
  }

  /** Show it; the letters grow with the screen. */
  begin(): void {
    this.turn(true);
    this.stir();
    void document.documentElement.requestFullscreen?.().catch(() => {}); // the window will do
  }

  end(): void {
    if (!this.isOn) return;
    this.turn(false);
    this.onEnd();
    if (document.fullscreenElement) void document.exitFullscreen();
  }

  /** The pointer moved. */
  stir(): void {
    if (!this.isOn) return;
    this.host.toggleAttribute("stirred", true);
    clearTimeout(this.calm);
    this.calm = setTimeout(() => this.host.removeAttribute("stirred"), STIRRED_MS);
  }

  private turn(isOn: boolean): void {
    this.isOn = isOn;
    this.host.toggleAttribute("show", isOn);
    document.documentElement.toggleAttribute("data-show", isOn);
    this.host.requestUpdate();
  }

  private readonly onFullscreen = (): void => {
    if (!document.fullscreenElement) this.end();
  };

  /** Here Escape leads back; elsewhere it is panic. */
  private readonly onKey = (event: KeyboardEvent): void => {
    if (!this.isOn || event.key !== "Escape") return;
    event.stopImmediatePropagation();
    this.end();
  };
}
