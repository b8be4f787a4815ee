/** The person's own resting face, learnt in five seconds; kept in this browser only if asked. */
import { css, html, nothing } from "lit";
import type { View } from "../store.ts";
import { Panel } from "./panel.ts";

export class CalibrationElement extends Panel {
  static override styles = [
    Panel.styles,
    css`
      progress { width: 100%; height: 4px; accent-color: var(--ink); margin-top: 0.6rem; }
      .row + * { margin-top: 0.5rem; }
    `,
  ];

  protected readonly watches: readonly (keyof View)[] = ["calibration", "state", "camera"];

  override render() {
    const { calibration, state, camera } = this.view;
    if (state?.mode === "hand") return nothing;
    const isRunning = calibration?.state === "running";
    const say = (wish: "start" | "range" | "forget") => () => this.instrument.link.say({ type: "calibrate", do: wish });
    return html`<h2>Your face <small>${state?.calibrated ? "measured from your own rest" : "measured from an average rest"}</small></h2>
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

  private forget(): void {
    this.instrument.keepProfile(null);
    this.instrument.link.say({ type: "calibrate", do: "forget" });
  }
}

customElements.define("mien-calibration", CalibrationElement);
