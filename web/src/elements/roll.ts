/**
 * The piano roll on the audio clock: what was heard to the left of the line, what is known to come to the right, in the colours
 * of the parts, with bar lines and chords.
 */
import { css, html, nothing } from "lit";
import { ACCENT_OF_PART, colour } from "../palette.ts";
import type { Beat, Note } from "../timeline.ts";
import type { View } from "../store.ts";
import { withArticle } from "../words.ts";
import { DrawnPanel } from "./panel.ts";

const PAST_S = 3;
const FUTURE_S = 7;
const TOP_PX = 30;
const KIT_CHANNEL = 9;
const KIT_PX = 26;
const LEAST_SPAN = 36;

export class RollElement extends DrawnPanel {
  static override styles = [
    DrawnPanel.styles,
    css`
      :host { container-type: inline-size; display: flex; flex-direction: column; }
      canvas { display: block; width: 100%; height: 0; flex: 1 0 var(--roll, clamp(13rem, 34vh, 22rem)); }
      .now { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1.5rem; align-items: baseline; }
      .said { flex: 1 1 100%; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; min-height: 1.4em; } /* what is below must not jump */
      .said span:not(:empty) { margin-right: 1.5rem; }
      @container (max-width: 50rem) { .said { white-space: normal; min-height: 2.9em; } .said span:not(:empty) { display: block; margin: 0; } }
      @container (max-width: 25rem) { .said { min-height: 4.35em; } }
      .chord { font: 400 var(--chord, 1.75rem)/1.3 var(--serif); min-width: 5.5rem; }
      .tune { display: flex; flex-wrap: wrap; gap: 0.1rem 1.5rem; align-items: baseline; margin: 0.2rem 0 0.5rem; }
      .tune strong { font: 400 1.375rem/1.3 var(--serif); min-width: 7.5rem; color: var(--eyes); }
      .tune span { flex: 1 1 20rem; }
      .legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; }
      .legend span::before { content: ""; display: inline-block; width: 0.9em; height: 0.4em; margin-right: 0.4em; background: var(--of); vertical-align: 0.12em; }
      .melody { --of: var(--eyes); }
      .harmony { --of: var(--brows); }
      .texture { --of: var(--nose); }
      .rhythm { --of: var(--mouth); }
      .kit { --of: var(--kit); }
    `,
  ];

  protected override readonly watches: readonly (keyof View)[] = ["tune", "state"];
  private low = 48;
  private high = 84;
  private told = "";

  override render() {
    const { player } = this.instrument;
    const { timeline } = player;
    const now_s = player.heard_s;
    const chord = timeline.chordAt(now_s);
    const beat = timeline.isBusy ? timeline.beatAt(now_s) : undefined; // after the end nothing is in force
    const signature = beat && timeline.signatureAt(now_s);
    const form = beat ? timeline.phraseAt(now_s) : { section: "", phrase: "", cadence: "" };
    const parts = (this.view.welcome?.parts ?? []).filter((part) => part.name !== "kit" || timeline.notes.some((n) => n.channel === KIT_CHANNEL));
    return html`
      <div class="now">
        <span class="chord" id="chord">${chord?.name ?? "–"}</span>
        <span class="legend small quiet">${parts.map((part) => html`<span class=${part.name}>${part.name}${part.name === "kit" ? "" : ` (${part.region})`}</span>`)}</span>
        <p class="said quiet"><span id="key">${[chord?.roman, signature?.key, beat ? `${Math.round(beat.bpm)} a minute` : "", signature?.meter].filter(Boolean).join(" · ")}</span>
        <span>${[form.section && `section ${form.section}`, form.phrase && `phrase ${form.phrase}`, form.cadence && `towards ${withArticle(form.cadence)} cadence`].filter(Boolean).join(", ")}</span></p>
      </div>
      ${this.tune()}
      <canvas id="roll" role="img" aria-label="Piano roll of what plays"></canvas>
    `;
  }

  /** Who plays a tune with the face: which note comes next, and how. */
  private tune() {
    const { tune, state, welcome } = this.view;
    const says = welcome?.tunes?.find(({ name }) => name === state?.tune)?.says;
    if (!says) return nothing;
    const place = !tune?.ready ? "Rest your face" : !tune.name ? "Press Start" : tune.down ? `${tune.name} sounds` : `Next: ${tune.name}`;
    return html`<p class="tune" id="tune"><strong id="tune-next">${place}</strong><span class="small quiet">${says}</span></p>`;
  }

  protected draw(pen: CanvasRenderingContext2D, width: number, height: number): void {
    const { timeline, heard_s: now_s } = this.instrument.player;
    const key = `${timeline.chordAt(now_s)?.onset_s} ${timeline.beatAt(now_s)?.time_s} ${timeline.isBusy}`;
    if (key !== this.told) {
      this.told = key;
      this.requestUpdate();
    }
    const seconds = width < 500 ? 0.6 : 1; // a phone sees less, at the same scale of time
    const x = (time_s: number): number => ((time_s - now_s + PAST_S * seconds) / ((PAST_S + FUTURE_S) * seconds)) * width;
    const seen = timeline.notes.filter((note) => x(note.end_s) > 0 && x(note.onset_s) < width);
    const pitched = seen.filter((note) => note.channel !== KIT_CHANNEL);
    this.follow(pitched);
    const floor = height - (seen.length > pitched.length ? KIT_PX : 4);
    const row = (floor - TOP_PX) / (this.high - this.low + 1);

    this.drawBars(pen, timeline.beats, x, height);
    const end_s = (note: Note): number => (note.id < 0 && note.stage === "sounding" ? Math.min(now_s, note.end_s) : note.end_s); // a face holds it still
    pen.save();
    pen.beginPath();
    pen.rect(0, TOP_PX, width, height - TOP_PX); // after a leap the window comes late: chords stay legible
    pen.clip();
    for (const note of pitched) this.drawNote(pen, note, now_s, x(note.onset_s), x(end_s(note)), floor - (note.pitch_midi - this.low + 1) * row, row);
    for (const note of seen) {
      if (note.channel === KIT_CHANNEL) this.drawNote(pen, note, now_s, x(note.onset_s), x(note.onset_s) + 4, height - KIT_PX + 4 + (note.pitch_midi % 4) * 5, 4);
    }
    this.drawNext(pen, x(now_s), row, floor);
    pen.restore();
    pen.font = `13px ${getComputedStyle(document.body).fontFamily}`;
    pen.textBaseline = "middle";
    let free = -Infinity; // a name that would lie on the one before is left out
    for (const chord of timeline.chords) {
      const [at, end, wide] = [x(chord.onset_s), x(chord.end_s), pen.measureText(chord.name).width];
      if (at > width || end < 0) continue;
      const place = Math.max(at + 4, Math.min(4, end - wide - 8)); // at the left edge it is pushed out by the next one
      if (place < free) continue;
      pen.fillStyle = colour(chord.onset_s <= now_s && now_s < chord.end_s ? "ink" : "quiet");
      pen.fillText(chord.name, place, 14);
      free = place + wide + 6;
    }
    pen.fillStyle = colour("ink");
    pen.fillRect(x(now_s) - 0.5, 0, 1, height);
  }

  /** A ring on the line of now: the note that a face will sound next, filled while it does. */
  private drawNext(pen: CanvasRenderingContext2D, x_px: number, row: number, floor: number): void {
    const { tune, state } = this.view;
    if (!state?.tune || !tune?.ready || tune.pitch_midi === null) return;
    pen.beginPath();
    pen.arc(x_px, floor - (tune.pitch_midi - this.low + 0.5) * row, Math.max(5, row * 0.7), 0, 2 * Math.PI);
    pen.fillStyle = colour(tune.down ? "eyes" : "paper");
    pen.strokeStyle = colour("eyes");
    pen.lineWidth = 2.5;
    pen.fill();
    pen.stroke();
  }

  /** Let the window of pitches follow what is seen, slowly. */
  private follow(notes: readonly Note[]): void {
    if (notes.length === 0) return;
    const next = this.view.state?.tune ? this.view.tune?.pitch_midi : undefined;
    const pitches = [...notes.map((note) => note.pitch_midi), ...(next == null ? [] : [next])];
    let [low, high] = [Math.min(...pitches) - 2, Math.max(...pitches) + 2];
    const lack = LEAST_SPAN - (high - low);
    if (lack > 0) [low, high] = [low - lack / 2, high + lack / 2];
    this.low += (low - this.low) * 0.06;
    this.high += (high - this.high) * 0.06;
  }

  private drawBars(pen: CanvasRenderingContext2D, beats: readonly Beat[], x: (time_s: number) => number, height: number): void {
    for (const beat of beats) {
      const isBar = beat.beat === 1;
      pen.fillStyle = colour("line");
      pen.globalAlpha = isBar ? 1 : 0.4;
      pen.fillRect(x(beat.time_s), isBar ? 0 : TOP_PX, 1, height);
    }
    pen.globalAlpha = 1;
  }

  private drawNote(pen: CanvasRenderingContext2D, note: Note, now_s: number, x0: number, x1: number, y: number, row: number): void {
    const part = this.instrument.player.partOf(note.channel);
    const isNow = note.onset_s <= now_s && now_s < note.end_s;
    pen.fillStyle = colour(ACCENT_OF_PART[part] ?? "quiet");
    pen.globalAlpha = isNow ? 1 : note.onset_s > now_s ? 0.3 + note.velocity / 260 : 0.3;
    pen.beginPath();
    pen.roundRect(x0, y + 0.5, Math.max(2, x1 - x0 - 1), Math.max(2.5, row - 1), 1.5);
    pen.fill();
    pen.globalAlpha = 1;
  }
}

customElements.define("mien-roll", RollElement);
