/** Which camera sees the person, and the person's own resting face, learnt in five seconds; kept in this browser only if asked. */
import { css, html, nothing } from "lit";
import type { View } from "../store.ts";
import { Panel } from "./panel.ts";

export class CalibrationElement extends Panel {
  static override styles = [
    Panel.styles,
    css`
      progress { width: 100%; height: 4px; accent-color: var(--ink); margin-top: 0.6rem; }
      .row + * { margin-top: 0.5rem; }
      label { display: grid; gap: 0.15rem; color: var(--quiet); margin-bottom: 0.6rem; }
      select { color: var(--ink); font-size: 0.9375rem; }
    `,
  ];

  protected readonly watches: readonly (keyof View)[] = ["calibration", "state", "camera", "cameras"];

  protected override get isOfUse(): boolean {
    return this.view.state?.mode !== "hand";
  }

  override render() {
    const { calibration, state, camera } = this.view;
    const isRunning = calibration?.state === "running";
    const say = (wish: "start" | "range" | "forget") => () => this.instrument.link.say({ type: "calibrate", do: wish });
    return html`<h2>Your face <small>${state?.calibrated ? "measured from your own rest" : "measured from an average rest"}</small></h2>
      ${this.cameras()}
      <div class="row">
        <button id="calibrate" ?disabled=${camera !== "on" || isRunning} @click=${say("start")}>Learn my rest, 5 s</button>
        ${state?.calibrated
          ? html`<button ?disabled=${isRunning} @click=${say("range")}>Learn my range</button>
              <button ?disabled=${isRunning} @click=${() => this.forget()}>Forget</button>`
          : nothing}
        ${calibration?.profile
          ? html`<button @click=${() => this.instrument.keepProfile(calibration.profile)}>Keep in this browser</button>`
          : nothing}
      </div>
      ${calibration && calibration.state !== "forgotten" ? html`<p class="small quiet" role="status">${calibration.text}</p>` : nothing}
      ${isRunning ? html`<progress max="1" .value=${calibration.progress} aria-label="Calibration"></progress>` : nothing}`;
  }

  private cameras() {
    const { cameras } = this.view;
    const { camera } = this.instrument;
    if (cameras.length < 2) return nothing;
    return html`<label class="small">Camera
      <select id="which-camera" @change=${(event: Event) => this.instrument.chooseCamera((event.target as HTMLSelectElement).value)}>
        ${cameras.some(({ id }) => id === camera.id) ? nothing : html`<option disabled selected>not there</option>`}
        ${cameras.map(({ id, name }) => html`<option value=${id} .selected=${id === camera.id}>${name}</option>`)}
      </select>
    </label>`;
  }

  private forget(): void {
    this.instrument.keepProfile(null);
    this.instrument.link.say({ type: "calibrate", do: "forget" });
  }
}

customElements.define("mien-calibration", CalibrationElement);
