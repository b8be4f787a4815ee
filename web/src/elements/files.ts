/** What was played, as files. */
import { css, html } from "lit";
import type { View } from "../store.ts";
import { Panel } from "./panel.ts";

const KINDS: readonly (readonly [string, string])[] = [
  ["mid", "MIDI"], ["wav", "Sound"], ["musicxml", "Score, MusicXML"], ["svg", "Score, picture"], ["png", "Piano roll"],
  ["json", "Why this music"], ["session", "Session"], ["csv", "Readings"],
];

export class FilesElement extends Panel {
  static override styles = [
    Panel.styles,
    css`
      .row { gap: 0.4rem; }
      p { margin-top: 0.6rem; }
    `,
  ];

  protected readonly watches: readonly (keyof View)[] = ["exporting", "link", "state", "welcome"];

  override render() {
    const { exporting, link, welcome, state } = this.view;
    return html`<h2>Export <small>${exporting ? "being made …" : "what was played"}</small></h2>
      <div class="row">
        ${KINDS.map(
          ([kind, words]) => html`<button
            id="export-${kind}" ?disabled=${!welcome || exporting !== undefined || link !== "open" || (kind === "csv" && !state?.recording)}
            @click=${() => this.instrument.export(kind)}
          >${words}</button>`,
        )}
      </div>
      <p class="quiet small">The session file plays the same music again: <code>mien replay</code>. Readings want “Record”.</p>`;
  }
}

customElements.define("mien-files", FilesElement);
