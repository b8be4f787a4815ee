/** What all elements share: they hold the instrument, watch parts of its view, and look alike. */
import { css, type CSSResultGroup, LitElement } from "lit";
import type { Instrument } from "../instrument.ts";
import type { View } from "../store.ts";

export abstract class Panel extends LitElement {
  static override properties = { instrument: { attribute: false } };
  static override styles: CSSResultGroup = css`
    :host { display: block; }
    :host([hidden]) { display: none; }
    * { box-sizing: border-box; }
    h2 {
      margin: 0 0 0.6rem; font: italic 400 1.0625rem/1.2 var(--serif); color: var(--ink);
      display: var(--heading, flex); justify-content: space-between; align-items: baseline; gap: 1rem;
    }
    h2 small { font: 0.8125rem/1.3 var(--sans); color: var(--quiet); }
    p { margin: 0; }
    button, select, input { font: inherit; color: inherit; accent-color: var(--ink); }
    button, select {
      min-height: 2.125rem; padding: 0.25rem 0.75rem; background: none; border: 1px solid var(--control);
      border-radius: 3px; cursor: pointer;
    }
    select { padding-inline: 0.4rem; background: var(--paper); }
    @media (hover: hover) { button:hover:not(:disabled, [aria-pressed="true"]) { background: var(--raised); } }
    button[aria-pressed="true"] { background: var(--ink); border-color: var(--ink); color: var(--paper); }
    button:disabled, select:disabled, input:disabled { opacity: 0.5; cursor: default; }
    :focus-visible { outline: 2px solid var(--brows); outline-offset: 2px; }
    .quiet { color: var(--quiet); }
    .small { font-size: 0.8125rem; }
    .row { display: flex; flex-wrap: wrap; gap: 0.5rem; align-items: center; }
    @media (pointer: coarse) { button, select { min-height: 2.75rem; } }
  `;

  declare instrument: Instrument;
  /** The parts of the view whose change means a new drawing. */
  protected abstract readonly watches: readonly (keyof View)[];
  private release: (() => void) | undefined;

  protected get view(): View {
    return this.instrument.view;
  }

  /** Whether there is anything to show: what is not there takes no room either. */
  protected get isOfUse(): boolean {
    return true;
  }

  protected override willUpdate(): void {
    this.hidden = !this.isOfUse;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.release = this.instrument.store.watch(this.watches, () => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.release?.();
  }
}

/** At most so often: about thirty pictures a second leave a small machine time to read faces. */
const PERIOD_MS = 30;
/** Size of a letter for which lines and words on a canvas are measured. */
const USUAL_PX = 16;

/** A panel with a canvas that is drawn anew all the time while it can be seen. */
export abstract class DrawnPanel extends Panel {
  protected readonly watches: readonly (keyof View)[] = [];
  private frame = 0;
  private readonly observer = new IntersectionObserver((entries) => {
    this.isSeen = entries.at(-1)?.isIntersecting ?? true;
  });
  private isSeen = true;

  override connectedCallback(): void {
    super.connectedCallback();
    this.observer.observe(this);
    let drawn_ms = 0;
    const next = (now_ms: number): void => {
      this.frame = requestAnimationFrame(next);
      if (!this.isSeen || now_ms - drawn_ms < PERIOD_MS) return;
      drawn_ms = now_ms;
      this.redraw();
    };
    next(0);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.observer.disconnect();
    cancelAnimationFrame(this.frame);
  }

  /** Draw anew; width and height are pixels where a letter has its usual size, and grow with the letters. */
  protected abstract draw(pen: CanvasRenderingContext2D, width: number, height: number): void;

  /** How much larger than usual letters are. */
  protected get scale(): number {
    return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL_PX;
  }

  private redraw(): void {
    const canvas = this.renderRoot.querySelector("canvas");
    const pen = canvas?.getContext("2d");
    if (!canvas || !pen) return;
    const ratio = Math.min(2, devicePixelRatio);
    const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    const scale = ratio * this.scale;
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    if (width > 0 && height > 0) this.draw(pen, width / scale, height / scale);
  }
}
