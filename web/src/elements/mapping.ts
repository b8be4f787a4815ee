/** The mapping: which cue or axis moves which field, how much, by whose word; with what it does at this moment. */
import { css, html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { FIELDS } from "../fields.ts";
import { save } from "../saving.ts";
import { firstFace, spokenOf } from "../seats.ts";
import type { View } from "../store.ts";
import type { MappingRow } from "../wire.ts";
import { Panel } from "./panel.ts";

/** Departures are told within ±this, standard deviations from the resting face. */
const WIDEST = 3;
const label = (field: string): string => FIELDS[field]?.label ?? field;
const words = (name: string): string => name.replaceAll("_", " ");
const signed = (value: number): string => (value > 0 ? "+" : value < 0 ? "−" : "") + Math.abs(value).toPrecision(2).replace(/\.0$/, "");

export class MappingElement extends Panel {
  static override styles = [
    Panel.styles,
    css`
      .scroll { overflow-x: auto; }
      table { border-collapse: collapse; width: 100%; font-size: 0.875rem; }
      th { text-align: left; font: italic 400 0.875rem var(--serif); color: var(--quiet); padding: 0.2rem 0.75rem 0.3rem 0; }
      td { padding: 0.2rem 0.75rem 0.2rem 0; border-top: 1px solid var(--line); vertical-align: baseline; white-space: nowrap; }
      td.source { white-space: normal; min-width: 14rem; }
      .number { text-align: right; }
      @media (max-width: 40rem) { /* all but the source is seen without scrolling */
        th, td { padding-right: 0.5rem; white-space: normal; }
        .number { white-space: nowrap; }
        td svg { width: 2.5rem; }
      }
      @media (max-width: 30rem) { .source { display: none; } } /* nothing is cut off: “Why” names sources too */
      h3 { margin: 1.25rem 0 0.3rem; font: 600 0.8125rem var(--sans); }
      .region::before { content: ""; display: inline-block; width: 0.5em; height: 0.5em; border-radius: 50%; background: var(--of); margin-right: 0.5em; }
      .eyes { --of: var(--eyes); }
      .brows { --of: var(--brows); }
      .nose { --of: var(--nose); }
      .mouth { --of: var(--mouth); }
      .head { --of: var(--quiet); }
      textarea { width: 100%; min-height: 16rem; margin: 0.75rem 0 0.5rem; font: 0.8125rem/1.4 ui-monospace, monospace; color: inherit; background: var(--raised); border: 1px solid var(--control); }
      details, #fixed { margin-top: 1rem; }
      summary { cursor: pointer; }
    `,
  ];

  protected readonly watches: readonly (keyof View)[] = ["mapping", "reading", "state"];
  /** The table as somebody has changed it; nothing while they have not. */
  private edited: string | undefined;

  private get departures(): Readonly<Record<string, number>> {
    return firstFace(this.view.reading)?.departures ?? {};
  }

  /** How far the cue is from rest now; of a cue with two sides the mean. */
  private departure(cue: string): number | undefined {
    const own = this.departures[cue];
    if (own !== undefined) return own;
    const sides = [this.departures[`${cue}_right`], this.departures[`${cue}_left`]].filter((value) => value !== undefined);
    return sides.length > 0 ? sides.reduce((sum, value) => sum + value, 0) / sides.length : undefined;
  }

  private live(cue: string) {
    const value = this.departure(cue);
    if (value === undefined) return html`<span class="quiet">–</span>`;
    const width = (50 * Math.min(WIDEST, Math.abs(value))) / WIDEST;
    return html`<svg width="72" height="10" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label=${value.toFixed(1)}>
      <rect x="0" y="4.5" width="100" height="1" fill="var(--line)"></rect>
      <rect x=${value < 0 ? 50 - width : 50} y="1" width=${width} height="8" fill="var(--of)"></rect>
    </svg>`;
  }

  override render() {
    const { mapping, reading, state } = this.view;
    if (!mapping) return nothing;
    const part = spokenOf(reading, state?.mode);
    const fixed = state?.mode === "gesture" ? mapping.gesture : undefined;
    const inForce = fixed ?? mapping;
    return html`
      <h2>Mapping <small>cue → target, weight a standard deviation</small></h2>
      <div class="scroll"><table id="cues">
        <thead><tr><th>Cue</th><th>Now${part ? `, ${part}` : ""}</th><th>Target</th><th class="number">Weight</th><th class="source">Source</th></tr></thead>
        <tbody>${inForce.cues.map(
          (row) => html`<tr>
            <td class="region ${row.region}">${words(row.cue)}</td><td class=${row.region}>${this.live(row.cue)}</td>
            <td>${label(row.target)}</td><td class="number">${signed(row.weight)}</td><td class="source quiet">${row.source}</td>
          </tr>`,
        )}</tbody>
      </table></div>
      <details>
        <summary>${fixed ? "Gesture" : "Mood and gesture"}</summary>
        ${fixed ? nothing : moods(mapping.rows)}
        <h3>Gesture → sound, at once</h3>
        <div class="scroll"><table>
          <thead><tr><th>Cue</th><th>Part</th><th>Controller</th><th class="number">Weight</th><th class="source">Source</th></tr></thead>
          <tbody>${mapping.controls.map(
            (row) => html`<tr>
              <td>${words(row.cue)}</td><td>${row.part}</td><td>${row.control}</td><td class="number">${signed(row.weight)}</td>
              <td class="source quiet">${row.source}</td>
            </tr>`,
          )}</tbody>
        </table></div>
      </details>
      ${fixed ? html`<p class="small quiet" id="fixed">In this mode the table is fixed; the other modes have one that you can edit.</p>` : this.editor(mapping.toml)}
    `;
  }

  private editor(inForce: string) {
    const { link } = this.instrument;
    const text = this.edited ?? inForce;
    return html`<details>
      <summary>Edit the table</summary>
      <textarea
        aria-label="Mapping as TOML" aria-describedby="in-force" spellcheck="false" .value=${live(text)}
        @input=${(event: Event) => this.edit((event.target as HTMLTextAreaElement).value)}
      ></textarea>
      <div class="row">
        <button @click=${() => link.say({ type: "mapping", toml: text })}>Use this table</button>
        <button @click=${() => this.forget()}>The shipped table</button>
        <button id="save-mapping" ?disabled=${text !== inForce} title="A file for “mien live --mapping”" @click=${() => keep(inForce)}>Save as mapping.toml</button>
        <span class="small quiet" id="in-force" role="status">${text === inForce ? "This table is in force." : "Changed, and not in force yet: use it, then it can be saved."}</span>
      </div>
    </details>`;
  }

  private forget(): void {
    this.edit(undefined);
    this.instrument.link.say({ type: "mapping", toml: null });
  }

  private edit(text: string | undefined): void {
    this.edited = text;
    this.requestUpdate();
  }
}

const keep = (toml: string): void => save(new Blob([toml], { type: "application/toml" }), "mapping.toml");

const moods = (rows: readonly MappingRow[]) => html`
  <h3>Mood → brief, per 1.0 of valence, arousal, doubt</h3>
  <div class="scroll"><table>
    <thead><tr><th>Target</th><th class="number">Origin</th><th class="number">Valence</th><th class="number">Arousal</th><th class="number">Doubt</th><th class="source">Source</th></tr></thead>
    <tbody>${rows.map(
      (row) => html`<tr>
        <td>${label(row.target)}</td><td class="number">${row.origin}</td><td class="number">${signed(row.valence)}</td>
        <td class="number">${signed(row.arousal)}</td><td class="number">${signed(row.doubt)}</td><td class="source quiet">${row.source}</td>
      </tr>`,
    )}</tbody>
  </table></div>
`;

customElements.define("mien-mapping", MappingElement);
