/**
 * The affect plane (Russell 1980): valence to the right, arousal upwards, −1..1, with the trail of the mood in force and, in the
 * mode "hand", a handle. Arrow keys move the handle by a tenth, with Shift by a hundredth.
 */
import { css, html } from "lit";
import { movedBy, pointedAt } from "../affect.ts";
import { colour } from "../palette.ts";
import type { Place, Welcome } from "../wire.ts";
import { DrawnPanel } from "./panel.ts";

const MARGIN_PX = 14;
const HANDLE_PX = 11;

export class PlaneElement extends DrawnPanel {
  static override styles = [
    DrawnPanel.styles,
    css`
      .plane { position: relative; aspect-ratio: 1; max-width: var(--plane, 26rem); touch-action: none; }
      .plane.steered { cursor: crosshair; }
      canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
      .word { position: absolute; font-size: 0.75rem; color: var(--quiet); pointer-events: none; }
      .n { top: 0.1rem; left: calc(50% + 0.4rem); }
      .s { bottom: 0.1rem; left: calc(50% + 0.4rem); }
      .w { left: 0.2rem; top: calc(50% + 0.2rem); }
      .e { right: 0.2rem; top: calc(50% + 0.2rem); }
    `,
  ];

  protected override readonly watches = ["state", "brief", "welcome"] as const;
  private handle: Place = { valence: 0, arousal: 0 };

  private get isSteered(): boolean {
    return this.view.state?.mode === "hand";
  }

  private move(place: Place): void {
    this.handle = place;
    this.instrument.hand(this.handle);
    this.requestUpdate();
  }

  private onPointer(event: PointerEvent): void {
    if (!this.isSteered || (event.type === "pointermove" && event.buttons === 0)) return;
    if (event.type === "pointerdown") (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.move(pointedAt(event, MARGIN_PX * this.scale));
  }

  private onKey(event: KeyboardEvent): void {
    const place = this.isSteered ? movedBy(event, this.handle) : undefined;
    if (!place) return;
    event.preventDefault();
    this.move(place);
  }

  override render() {
    if (this.view.state?.mode === "gesture") {
      return html`<h2>Mood</h2><p class="quiet">None is read: movements steer the brief directly, by the table below.</p>`;
    }
    const mood = this.view.brief?.mood;
    const place = this.isSteered ? this.handle : mood;
    const words = place ? `valence ${place.valence.toFixed(2)}, arousal ${place.arousal.toFixed(2)}` : "no mood yet";
    const onPointer = (event: PointerEvent): void => this.onPointer(event);
    return html`
      <h2>Mood <small>${this.isSteered ? "drag, or arrow keys" : mood ? `led by the ${SOURCES[mood.source]}` : ""}</small></h2>
      <div
        id="plane" class="plane ${this.isSteered ? "steered" : ""}"
        role=${this.isSteered ? "slider" : "img"} tabindex=${this.isSteered ? 0 : -1}
        aria-label="Mood: valence to the right, arousal upwards" aria-valuetext=${words} aria-valuemin="-1" aria-valuemax="1"
        aria-valuenow=${place?.valence ?? 0}
        @pointerdown=${onPointer} @pointermove=${onPointer} @keydown=${(event: KeyboardEvent) => this.onKey(event)}
      >
        <canvas></canvas>
        <span class="word n">lively</span><span class="word s">quiet</span>
        <span class="word w">unpleasant</span><span class="word e">pleasant</span>
      </div>
    `;
  }

  protected draw(pen: CanvasRenderingContext2D, width: number, height: number): void {
    const x = (valence: number): number => MARGIN_PX + ((valence + 1) / 2) * (width - 2 * MARGIN_PX);
    const y = (arousal: number): number => MARGIN_PX + ((1 - arousal) / 2) * (height - 2 * MARGIN_PX);
    const dot = (place: Place, radius: number): void => {
      pen.beginPath();
      pen.arc(x(place.valence), y(place.arousal), radius, 0, 2 * Math.PI);
    };
    pen.strokeStyle = colour("line");
    pen.lineWidth = 1;
    pen.beginPath();
    pen.ellipse(width / 2, height / 2, Math.max(0, width / 2 - MARGIN_PX), Math.max(0, height / 2 - MARGIN_PX), 0, 0, 2 * Math.PI);
    pen.moveTo(x(-1), y(0));
    pen.lineTo(x(1), y(0));
    pen.moveTo(x(0), y(1));
    pen.lineTo(x(0), y(-1));
    pen.stroke();
    pen.fillStyle = colour("quiet");
    pen.font = `italic 13px ${getComputedStyle(document.body).getPropertyValue("--serif") || "serif"}`;
    const words = labels(this.view.welcome).map(({ name, place }) => ({ name, at: [x(place[0]), y(place[1])] as const }));
    for (const { name, at } of words) {
      const room = pen.measureText(name).width;
      const touches = words.filter((other) => Math.abs(other.at[1] - at[1]) < LINE_PX && Math.abs(other.at[0] - at[0]) < room);
      pen.textAlign = touches.some((other) => other.at[0] > at[0]) ? "right" : touches.some((other) => other.at[0] < at[0]) ? "left" : "center";
      pen.fillText(name, at[0], at[1]);
    }
    const { trail, brief } = this.view;
    pen.strokeStyle = pen.fillStyle = colour("ink");
    for (const [i, place] of trail.entries()) {
      const before = trail[i - 1];
      if (!before) continue;
      pen.globalAlpha = 0.5 * (i / trail.length) ** 1.5;
      pen.beginPath();
      pen.moveTo(x(before.valence), y(before.arousal));
      pen.lineTo(x(place.valence), y(place.arousal));
      pen.stroke();
    }
    pen.globalAlpha = 1;
    if (brief) {
      // Doubt widens the place: a ring of what the reading cannot tell.
      dot(brief.mood, 5 + 16 * brief.mood.doubt);
      pen.globalAlpha = 0.14;
      pen.fill();
      pen.globalAlpha = 1;
      dot(brief.mood, 4);
      pen.fill();
    }
    if (!this.isSteered) return;
    dot(this.handle, HANDLE_PX);
    pen.lineWidth = 2;
    pen.strokeStyle = colour("brows");
    pen.stroke();
  }
}

const NEAR = 0.17;
/** Words whose lines are nearer than this make way for each other, to the left and to the right. */
const LINE_PX = 18;

/** Names of moods where there is room: of names for nearly one place the shortest; the middle speaks for itself. */
function labels(welcome: Welcome | undefined): { name: string; place: readonly [number, number] }[] {
  const free: { name: string; place: readonly [number, number] }[] = [{ name: "", place: [0, 0] }];
  const presets = Object.entries(welcome?.presets ?? {}).sort(([a], [b]) => a.length - b.length);
  for (const [name, place] of presets) {
    if (free.every((other) => Math.hypot(place[0] - other.place[0], place[1] - other.place[1]) > NEAR)) free.push({ name, place });
  }
  return free;
}

const SOURCES = { face: "face", hand: "hand", lead: "journey", rest: "resting mood" } as const;

customElements.define("mien-plane", PlaneElement);
