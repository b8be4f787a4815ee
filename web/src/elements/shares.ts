/** Who said what: the four regions' shares of the decision, the probabilities of the classes, the doubt. */
import { css, html, nothing } from "lit";
import { firstFace, spokenOf } from "../seats.ts";
import type { View } from "../store.ts";
import { REGIONS } from "../wire.ts";
import { Panel } from "./panel.ts";

const percent = (share: number): string => `${Math.round(100 * share)} %`;

export class SharesElement extends Panel {
  static override styles = [
    Panel.styles,
    css`
      .bars { display: grid; grid-template-columns: 5.75rem 1fr 3.25rem; gap: 0.3rem 0.75rem; align-items: center; margin: 0; }
      dt, dd { margin: 0; }
      .number { text-align: right; color: var(--quiet); }
      .track { height: 0.5rem; background: var(--raised); }
      .track i { display: block; height: 100%; width: 100%; transform-origin: left; background: currentColor; transition: transform 120ms linear; }
      .thin .track { height: 2px; background: var(--line); }
      .first { font-weight: 600; }
      .thin { margin-top: 0.9rem; font-size: 0.875rem; gap: 0.12rem 0.75rem; }
      .doubt { margin-top: 0.9rem; padding-top: 0.6rem; border-top: 1px solid var(--line); }
      @media (prefers-reduced-motion: reduce) { .track i { transition: none; } }
    `,
  ];

  protected readonly watches: readonly (keyof View)[] = ["reading", "state", "welcome"];

  protected override get isOfUse(): boolean {
    return this.view.state?.mode !== "hand";
  }

  private bar(name: string, share: number, colour: string, isFirst = false) {
    const style = `transform: scaleX(${share}); color: ${colour}`; // set as a property: the CSP allows no style attribute
    return html`<dt class=${isFirst ? "first" : ""}>${name}</dt>
      <dd class="track" aria-hidden="true"><i .style=${style}></i></dd>
      <dd class="number">${percent(share)}</dd>`;
  }

  override render() {
    const { reading, state, welcome } = this.view;
    const affect = firstFace(reading)?.affect;
    const isGesture = state?.mode === "gesture";
    const part = spokenOf(reading, state?.mode);
    const emotions = welcome?.emotions ?? [];
    if (isGesture) {
      return html`<h2>Who said what</h2>
        <p class="quiet">Movements only: no emotion is read in this mode, so none is shown.</p>`;
    }
    return html`
      <h2>Who said what <small>${affect ? html`${part ? `${part}’s face ` : ""}reads as <b id="reads-as">${affect.reads_as}</b>` : "nobody yet"}</small></h2>
      <dl class="bars" id="shares">
        ${REGIONS.map((region, i) => this.bar(region, affect?.shares[i] ?? 0, `var(--${region})`))}
      </dl>
      <dl class="bars thin" id="probs">
        ${emotions.map((name, i) => this.bar(name, affect?.probs[i] ?? 0, "var(--ink)", affect?.reads_as === name))}
      </dl>
      ${affect
        ? html`<dl class="bars thin doubt">${this.bar("doubt", affect.doubt, "var(--quiet)")}</dl>`
        : nothing}
    `;
  }
}

customElements.define("mien-shares", SharesElement);
