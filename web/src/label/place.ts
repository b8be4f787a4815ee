/** A small plane of valence (to the right) and arousal (upwards), −1..1, for who wants to say more than a class. */
import { css, html, LitElement, nothing, svg } from "lit";
import { movedBy, pointedAt, rounded } from "../affect.ts";
import { Panel } from "../elements/panel.ts";
import type { Place } from "../wire.ts";

export class PlaceElement extends LitElement {
  static override properties = { place: { attribute: false } };
  static override styles = [
    Panel.styles,
    css`
      .plane { position: relative; aspect-ratio: 1; width: 100%; touch-action: none; cursor: crosshair; border: 1px solid var(--line); border-radius: 3px; }
      svg { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
      line, circle.ring { stroke: var(--line); fill: none; vector-effect: non-scaling-stroke; }
      circle.dot { fill: var(--brows); stroke: var(--paper); stroke-width: 2; vector-effect: non-scaling-stroke; }
      span { position: absolute; font-size: 0.75rem; line-height: 1; color: var(--quiet); pointer-events: none; }
      .n { top: 0.3rem; left: calc(50% + 0.3rem); }
      .s { bottom: 0.3rem; left: calc(50% + 0.3rem); }
      .w { left: 0.3rem; top: calc(50% + 0.3rem); }
      .e { right: 0.3rem; top: calc(50% + 0.3rem); }
      :host { display: grid; grid-template-columns: 10.5rem 1fr; gap: 0.75rem; align-items: end; }
      .told button { font-size: 0.8125rem; padding-inline: 0.5rem; margin-top: 0.4rem; }
    `,
  ];

  declare place: Place | undefined;

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>("#place")?.focus();
  }

  private tell(place: Place | undefined): void {
    this.dispatchEvent(new CustomEvent<Place | undefined>("placed", { detail: place }));
  }

  private onPointer(event: PointerEvent): void {
    if (event.type === "pointermove" && event.buttons === 0) return;
    if (event.type === "pointerdown") (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.tell(rounded(pointedAt(event)));
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === "Delete") return this.tell(undefined);
    const place = movedBy(event, this.place ?? { valence: 0, arousal: 0 });
    if (!place) return;
    event.preventDefault();
    event.stopPropagation();
    this.tell(place);
  }

  override render() {
    const { place } = this;
    const words = place ? `valence ${place.valence.toFixed(2)}, arousal ${place.arousal.toFixed(2)}` : "not said";
    const onPointer = (event: PointerEvent): void => this.onPointer(event);
    return html`
      <div
        id="place" class="plane" role="slider" tabindex="0" aria-label="Valence to the right, arousal upwards; optional"
        aria-keyshortcuts="v" aria-valuemin="-1" aria-valuemax="1" aria-valuenow=${place?.valence ?? 0} aria-valuetext=${words}
        @pointerdown=${onPointer} @pointermove=${onPointer} @keydown=${(event: KeyboardEvent) => this.onKey(event)}
      >
        <svg viewBox="-1 -1 2 2" aria-hidden="true">
          <line x1="-1" x2="1" y1="0" y2="0" /><line x1="0" x2="0" y1="-1" y2="1" />
          <circle class="ring" r="0.96" />
          ${place ? svg`<circle class="dot" r="0.08" cx=${place.valence} cy=${-place.arousal} />` : nothing}
        </svg>
        <span class="n">lively</span><span class="s">quiet</span><span class="w">unpleasant</span><span class="e">pleasant</span>
      </div>
      <div class="told small">
        ${place ? html`<p class="quiet">valence ${place.valence.toFixed(2)}<br />arousal ${place.arousal.toFixed(2)}</p><button id="unplace" @click=${() => this.tell(undefined)}>clear</button>` : nothing}
      </div>
    `;
  }
}

customElements.define("mien-label-place", PlaceElement);
