/** What was played, as files. */
import { css, html, nothing } from "lit";
import type { View } from "../store.ts";
import { Panel } from "./panel.ts";

const KINDS: readonly (readonly [string, string])[] = [
  ["mid", "MIDI"], ["wav", "Sound"], ["musicxml", "Score, MusicXML"], ["svg", "Score, picture"], ["pdf", "Score, PDF"], ["png", "Piano roll"],
  ["json", "Why this music"], ["session", "Session"], ["csv", "Readings"],
];

export class FilesElement extends Panel {
  static override styles = [
    Panel.styles,
    css`
      .row { gap: 0.4rem; }
      p, label { display: block; margin-top: 0.6rem; }
    `,
  ];

  protected readonly watches: readonly (keyof View)[] = ["exporting", "link", "state", "welcome", "hasRecorded"];

  private get movement(): number | undefined {
    return Number(this.renderRoot.querySelector<HTMLSelectElement>("#movement")?.value) || undefined;
  }

  /** Files of music want that some was played; the session's own is there from its beginning. */
  private has(kind: string): boolean {
    const { state, hasRecorded } = this.view;
    return kind === "csv" ? hasRecorded : kind === "session" || (state?.movements ?? 0) > 0;
  }

  override render() {
    const { exporting, link, welcome, state } = this.view;
    const movements = state?.movements ?? 0;
    const of = movements > 1 ? `one of ${movements} movements` : movements > 0 ? "what was played" : "nothing was played yet";
    return html`<h2>Export <small>${exporting ? "being made …" : of}</small></h2>
      <div class="row">
        ${KINDS.map(
          ([kind, words]) => html`<button
            id="export-${kind}" ?disabled=${!welcome || exporting !== undefined || link !== "open" || !this.has(kind)}
            @click=${() => this.instrument.export(kind, this.movement)}
          >${words}</button>`,
        )}
      </div>
      ${movements > 1
        ? html`<label class="small">Where the ensemble or the metre changed, or you began again, a new movement began. Save
            <select id="movement">
              <option value="">the last</option>
              ${Array.from({ length: movements }, (_, i) => html`<option value=${i + 1}>movement ${i + 1}</option>`)}
            </select>
          </label>`
        : nothing}
      <p class="quiet small">The session file holds all of it and plays it again: <code>mien replay</code>. Readings want “Record”.</p>`;
  }
}

customElements.define("mien-files", FilesElement);
