/** What the person chooses for good: ensemble, key, metre, seed. */
import { css, html } from "lit";
import { LARGEST_SEED, METERS, tonicsBeside } from "../fields.ts";
import type { View } from "../store.ts";
import type { Settings } from "../wire.ts";
import { withSigns } from "../words.ts";
import { Panel } from "./panel.ts";

const AUTO = "";

export class ChoicesElement extends Panel {
  static override styles = [
    Panel.styles,
    css`
      .choices { display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: 0.6rem 1.25rem; }
      .choices > :first-child { grid-column: span 2; } /* an ensemble's name is long */
      :host { container-type: inline-size; }
      @container (max-width: 23rem) {
        .choices { grid-template-columns: 1fr; }
        .choices > :first-child { grid-column: auto; }
      }
      label { display: grid; gap: 0.15rem; font-size: 0.8125rem; color: var(--quiet); }
      select, input { color: var(--ink); font-size: 0.9375rem; width: 100%; }
      input { min-height: 2.125rem; padding: 0.25rem 0.5rem; background: none; border: 1px solid var(--control); border-radius: 3px; }
      @media (pointer: coarse) { input { min-height: 2.75rem; } }
    `,
  ];

  protected readonly watches: readonly (keyof View)[] = ["state", "welcome", "link"];

  private select(id: string, label: string, options: readonly (readonly [string, string])[], value: string, choose: (value: string) => Settings) {
    return html`<label>${label}
      <select
        id=${id} ?disabled=${this.view.link !== "open"}
        @change=${(event: Event) => this.instrument.choose(choose((event.target as HTMLSelectElement).value))}
      >${options.map(([key, text]) => html`<option value=${key} .selected=${key === value}>${text}</option>`)}</select>
    </label>`;
  }

  override render() {
    const { state, welcome } = this.view;
    const auto = [AUTO, "composer’s choice"] as const;
    const same = (names: readonly string[]): (readonly [string, string])[] => names.map((name) => [name, name] as const);
    const tunes = welcome?.tunes ?? [];
    const ensembles = (welcome?.ensembles ?? []).map(({ name, title }) => [name, title] as const);
    return html`<h2>Music</h2>
      <div class="choices">
        ${this.select("ensemble", "Ensemble", ensembles, state?.ensemble ?? "", (ensemble) => ({ ensemble }))}
        ${this.select("tonic", "Key", [auto, ...tonicsBeside(state?.tonic).map((name) => [name, withSigns(name)] as const)], state?.tonic ?? AUTO, (tonic) => ({ tonic: tonic || null }))}
        ${this.select("meter", "Metre", [auto, ...same(METERS)], state?.meter ?? AUTO, (meter) => ({ meter: meter || null }))}
        ${this.select("tune", "Melody", [[AUTO, "the composer’s"], ...tunes.map(({ name, title }) => [name, `yours: ${title.toLowerCase()}`] as const)], state?.tune ?? AUTO, (tune) => ({ tune: tune || null }))}
        <label>Seed of the next start
          <input
            id="seed" type="number" min="0" max=${LARGEST_SEED} step="1" inputmode="numeric"
            .value=${String(state?.seed ?? 0)} ?disabled=${this.view.link !== "open"}
            @change=${(event: Event) => this.seed(event.target as HTMLInputElement)}
          />
        </label>
      </div>`;
  }

  private seed(input: HTMLInputElement): void {
    if (this.instrument.choose({ seed: input.valueAsNumber })) return;
    input.reportValidity();
    input.value = String(this.view.state?.seed ?? 0);
  }
}

customElements.define("mien-choices", ChoicesElement);
