/** Start, stop, record, panic; the mode. Space starts and stops, Escape is panic, wherever the focus is. */
import { css, html } from "lit";
import type { View } from "../store.ts";
import type { Mode } from "../wire.ts";
import { Panel } from "./panel.ts";

const MODES: Readonly<Record<Mode, readonly [string, string]>> = {
  emotion: ["Emotion", "The mood of the music follows the expression that is read."],
  gesture: ["Gesture", "Eyes, brows, nose and mouth steer the music directly; no emotion is named."],
  hand: ["By hand", "No camera: you lead the music on the plane."],
  trajectory: ["Journey", "The music meets the face, then leads to a mood within some minutes."],
  ensemble: ["Together", "Up to four faces, each a part."],
};

const VIDEO_TITLE = "Keep the readings, and the pictures of whoever is seen, on the station's machine";

/** Where a key already means something, or a text is typed. */
const isTaken = (event: KeyboardEvent): boolean =>
  event.composedPath().some((node) => node instanceof HTMLElement && node.matches("button, input, select, textarea, summary, a"));

export class TransportElement extends Panel {
  static override styles = [
    Panel.styles,
    css`
      :host { display: flex; flex-wrap: wrap; gap: 0.75rem 1.5rem; align-items: center; justify-content: space-between; }
      .play { min-width: 6.5rem; font-weight: 600; }
      .panic { border-color: var(--alarm); color: var(--alarm); }
      .dot { display: inline-block; width: 0.6em; height: 0.6em; border-radius: 50%; background: currentColor; margin-right: 0.45em; }
      .record[aria-pressed="true"] { background: var(--alarm); border-color: var(--alarm); color: var(--paper); }
      .modes { display: flex; overflow-x: auto; max-width: 100%; scrollbar-width: none; }
      .modes button { white-space: nowrap; border-color: transparent; color: var(--quiet); border-radius: 0; border-bottom: 2px solid transparent; padding-inline: 0.6rem; }
      @media (max-width: 30rem) { .modes { width: 100%; justify-content: space-between; } .modes button { padding-inline: 0.1rem; font-size: clamp(0.75rem, 3.6vw, 0.875rem); } }
      .modes button[aria-pressed="true"] { background: none; color: var(--ink); border-bottom-color: var(--ink); font-weight: 600; }
    `,
  ];

  protected readonly watches: readonly (keyof View)[] = ["state", "welcome", "link"];
  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key === "Escape") this.instrument.panic();
    if (event.key === " " && !event.repeat && !isTaken(event)) {
      event.preventDefault();
      this.toggle();
    }
  };

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("keydown", this.onKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("keydown", this.onKey);
  }

  private toggle(): void {
    if (this.view.state?.playing) this.instrument.stop();
    else this.instrument.start();
  }

  override render() {
    const { state, welcome, link } = this.view;
    const isOff = link !== "open";
    const isPlaying = state?.playing ?? false;
    return html`
      <div class="row" role="group" aria-label="Play">
        <button class="play" id="play" aria-pressed=${isPlaying} ?disabled=${isOff && !isPlaying} @click=${() => this.toggle()}>
          ${state?.closing ? "Ending …" : isPlaying ? "Stop" : "Start"}
        </button>
        <button
          class="record" id="record" aria-pressed=${state?.recording ?? false} ?disabled=${isOff}
          title=${welcome?.keeps_video ? VIDEO_TITLE : "Keep the readings with the session file: numbers, never pictures"}
          @click=${() => this.instrument.record(!state?.recording)}
        ><span class="dot"></span>${state?.recording ? "Recording" : "Record"}</button>
        <button class="panic" id="panic" title="Silence at once (Escape)" @click=${() => this.instrument.panic()}>Panic</button>
      </div>
      <div class="modes" role="group" aria-label="What steers the music">
        ${(welcome?.modes ?? []).map(
          (mode) => html`<button
            id="mode-${mode}" aria-pressed=${state?.mode === mode} title=${MODES[mode]?.[1] ?? ""} ?disabled=${isOff}
            @click=${() => this.instrument.choose({ mode })}
          >${MODES[mode]?.[0] ?? mode}</button>`,
        )}
      </div>
    `;
  }
}

customElements.define("mien-transport", TransportElement);
