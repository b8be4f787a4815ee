/** The brief as sliders: each follows the reading ("auto") until it is moved, then it is held; "let go" gives it back. */
import { css, html, nothing } from "lit";
import { FIELDS, MODES } from "../fields.ts";
import type { View } from "../store.ts";
import type { BriefValue, Field } from "../wire.ts";
import { Panel } from "./panel.ts";

export class BriefElement extends Panel {
  static override styles = [
    Panel.styles,
    css`
      .fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(21rem, 100%), 1fr)); gap: 0.35rem 2.25rem; }
      .field { display: grid; grid-template-columns: 6.5rem 1fr 3.5rem 4.25rem; gap: 0.6rem; align-items: center; min-height: 2.125rem; }
      input { appearance: none; width: 100%; height: 1.5rem; margin: 0; background: none; cursor: pointer; }
      input::-webkit-slider-runnable-track { height: 1px; background: var(--control); }
      input::-moz-range-track { height: 1px; background: var(--control); }
      input::-webkit-slider-thumb {
        appearance: none; width: 0.75rem; height: 0.75rem; margin-top: -0.35rem; border-radius: 50%;
        background: var(--paper); border: 1.5px solid var(--control);
      }
      input::-moz-range-thumb { width: 0.6rem; height: 0.6rem; border-radius: 50%; background: var(--paper); border: 1.5px solid var(--control); }
      .held input::-webkit-slider-thumb { background: var(--ink); border-color: var(--ink); }
      .held input::-moz-range-thumb { background: var(--ink); border-color: var(--ink); }
      .held label { font-weight: 600; }
      @media (max-width: 30rem) { .field { grid-template-columns: 5.75rem 1fr 2.5rem 2.75rem; gap: 0.5rem; } }
      output { text-align: right; }
      .let { border: 0; padding: 0; text-align: right; min-height: 0; color: var(--quiet); font-size: 0.8125rem; }
      .held .let { color: var(--ink); text-decoration: underline; text-underline-offset: 2px; }
      select { min-height: 1.9rem; grid-column: 2 / 4; }
      details { margin-top: 0.9rem; }
      summary { cursor: pointer; }
      ul { margin: 0.5rem 0 0; padding: 0; list-style: none; columns: 22rem; column-gap: 2.25rem; }
      li { break-inside: avoid; margin-bottom: 0.45rem; font-size: 0.875rem; }
    `,
  ];

  protected readonly watches: readonly (keyof View)[] = ["brief", "held", "welcome"];

  private get(field: string): BriefValue | undefined {
    const { held, brief } = this.view;
    return held[field] ?? (brief?.now ?? brief?.target)?.[field];
  }

  private slider(field: Field) {
    const { label, step, unit } = FIELDS[field.name] ?? { label: field.name, step: 0.01, unit: "" };
    const value = Number(this.get(field.name) ?? (field.low + field.high) / 2);
    const isHeld = field.name in this.view.held;
    const ends = field.low_word ? `: ${field.low_word} to ${field.high_word}` : "";
    const shown = value.toFixed(step >= 1 ? 0 : step >= 0.1 ? 1 : 2).replace(/^-(?=[0.]+$)/, "");
    return html`<div class="field ${isHeld ? "held" : ""}">
      <label for=${field.name} title="${unit}${ends}">${label}</label>
      <input
        id=${field.name} type="range" min=${field.low} max=${field.high} step=${step} .value=${String(value)}
        aria-valuetext="${shown} ${unit}"
        @input=${(event: Event) => this.instrument.hold(field.name, Number((event.target as HTMLInputElement).value))}
      />
      <output>${shown}</output>
      ${this.letGo(field.name, isHeld)}
    </div>`;
  }

  private letGo(name: string, isHeld: boolean) {
    return isHeld
      ? html`<button class="let" aria-label="Let ${name} go" @click=${() => this.instrument.hold(name, null)}>let go</button>`
      : html`<span class="let">auto</span>`;
  }

  override render() {
    const { welcome, brief, held } = this.view;
    const fields = (welcome?.fields ?? []).filter((field) => field.name !== "mode");
    const mode = this.get("mode");
    const isHeld = "mode" in held;
    return html`
      <h2>Brief <small>what the composer is asked for: move a slider to hold it</small></h2>
      <div class="fields">
        <div class="field ${isHeld ? "held" : ""}">
          <label for="mode">Mode</label>
          <select id="mode" @change=${(event: Event) => this.instrument.hold("mode", (event.target as HTMLSelectElement).value)}>
            ${MODES.map((each) => html`<option value=${each} .selected=${each === mode}>${each.replace("_", " ")}</option>`)}
          </select>
          ${this.letGo("mode", isHeld)}
        </div>
        ${fields.map((field) => this.slider(field))}
      </div>
      ${brief && brief.reasons.length > 0
        ? html`<details>
            <summary>Why</summary>
            <ul>
              ${brief.reasons.map(
                (reason) => html`<li>
                  <b>${FIELDS[reason.field]?.label ?? reason.field}</b>: ${reason.because}
                  <span class="quiet">(${reason.source})</span>
                </li>`,
              )}
            </ul>
          </details>`
        : nothing}
    `;
  }
}

customElements.define("mien-brief", BriefElement);
