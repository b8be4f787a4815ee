/** Mode "trajectory": meet the face, lead to a mood within some minutes; hold (H), reverse (R), stop (X) with one key. */
import { css, html, nothing } from "lit";
import type { View } from "../store.ts";
import { Panel } from "./panel.ts";

const KEYS = { h: "hold", r: "reverse", x: "stop" } as const;

export class JourneyElement extends Panel {
  static override styles = [
    Panel.styles,
    css`
      input { width: 4.5rem; min-height: 2.125rem; padding: 0.25rem 0.5rem; background: none; border: 1px solid var(--control); border-radius: 3px; }
      progress { width: 100%; height: 4px; accent-color: var(--ink); margin-top: 0.75rem; }
    `,
  ];

  protected readonly watches: readonly (keyof View)[] = ["state", "welcome"];
  private readonly onKey = (event: KeyboardEvent): void => {
    const key = event.key.toLowerCase();
    const isTyped = event.composedPath().some((node) => node instanceof HTMLElement && node.matches("input, select, textarea"));
    if (this.view.state?.lead && !isTyped && !event.ctrlKey && !event.metaKey && key in KEYS) this.lead(KEYS[key as keyof typeof KEYS]);
  };

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("keydown", this.onKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("keydown", this.onKey);
  }

  private lead(wish: "hold" | "go" | "reverse" | "stop"): void {
    const isHeld = this.view.state?.lead?.doing === "hold";
    this.instrument.link.say({ type: "lead", do: wish === "hold" && isHeld ? "go" : wish });
  }

  private begin(): void {
    const to = this.renderRoot.querySelector("select")?.value ?? "";
    const input = this.renderRoot.querySelector("input");
    if (!input?.reportValidity()) return; // the browser says what is allowed
    const minutes = input.valueAsNumber;
    this.instrument.link.say({ type: "lead", do: "start", to, minutes });
  }

  protected override get isOfUse(): boolean {
    return this.view.state?.mode === "trajectory";
  }

  override render() {
    const { state, welcome } = this.view;
    const lead = state?.lead;
    return html`<h2>Journey <small>${lead ? `${Math.round(100 * lead.at)} % of ${lead.minutes} minutes` : "from your face to a mood"}</small></h2>
      <div class="row">
        <label>to <select>${Object.keys(welcome?.presets ?? {}).map((name) => html`<option>${name}</option>`)}</select></label>
        <label>within <input type="number" min="0.5" max="60" step="0.5" value="5" /> minutes</label>
        <button id="lead" @click=${() => this.begin()}>Lead</button>
      </div>
      ${lead
        ? html`<progress max="1" .value=${lead.at} aria-label="Journey"></progress>
            <div class="row">
              <button aria-pressed=${lead.doing === "hold"} @click=${() => this.lead("hold")}>Hold (H)</button>
              <button aria-pressed=${lead.doing === "reverse"} @click=${() => this.lead("reverse")}>Reverse (R)</button>
              <button @click=${() => this.lead("stop")}>Stop the journey (X)</button>
            </div>`
        : nothing}`;
  }
}

customElements.define("mien-journey", JourneyElement);
