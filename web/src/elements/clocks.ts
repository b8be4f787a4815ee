/** Latency of every stage, the three clocks, what is known ahead. */
import { css, html } from "lit";
import type { View } from "../store.ts";
import { Panel } from "./panel.ts";

const ms = (value: number | null | undefined): string => (value == null || Number.isNaN(value) ? "–" : `${value.toFixed(value < 10 ? 1 : 0)} ms`);
const seconds = (value: number | null | undefined): string => (value == null ? "–" : `${value.toFixed(1)} s`);
const STAGES: Readonly<Record<string, string>> = {
  waited: "waited for its turn", decode: "picture decoded", face: "face found", cues: "cues measured", affect: "expression read",
};

export class ClocksElement extends Panel {
  static override styles = [
    Panel.styles,
    css`
      dl { display: grid; grid-template-columns: minmax(7rem, 1fr) auto; gap: 0.1rem 1rem; margin: 0; font-size: 0.875rem; }
      dt { color: var(--quiet); }
      dd { margin: 0; text-align: right; }
      dl + dl { margin-top: 0.6rem; padding-top: 0.6rem; border-top: 1px solid var(--line); }
    `,
  ];

  protected readonly watches: readonly (keyof View)[] = ["clocks", "roundTrip_ms"];

  override render() {
    const { clocks, roundTrip_ms, reading, withheld_a_s } = this.view;
    const read = clocks?.read_a_s?.toFixed(0);
    const dropped = clocks?.dropped_a_s == null ? undefined : clocks.dropped_a_s + withheld_a_s;
    const { player, link } = this.instrument;
    const { context } = player.sound;
    const sound_ms = 1000 * ((context.baseLatency || 0) + (context.outputLatency || 0));
    const ahead_s = Math.max(0, player.timeline.until_s - this.instrument.session_s);
    return html`
      <h2>Time <small>${read ?? "–"} ${read === "1" ? "picture" : "pictures"} a second</small></h2>
      <dl id="latency">
        <dt>Gesture: camera to controller</dt><dd>${ms(roundTrip_ms?.p50)}, 95 % ${ms(roundTrip_ms?.p95)}</dd>
        <dt>Structure: decision to note</dt><dd>${seconds(clocks?.structure_s)}</dd>
        <dt>Mood: half-life</dt><dd>${seconds(clocks?.mood_s)}</dd>
      </dl>
      <dl>
        ${Object.entries(STAGES).map(([key, words]) => html`<dt>${words}</dt><dd>${ms(reading?.ms[key])}</dd>`)}
        <dt>network and back</dt><dd>${ms(link.clock.trip_s * 1000)}</dd>
        <dt>sound card</dt><dd>${ms(sound_ms)}</dd>
      </dl>
      <dl>
        <dt>music known ahead</dt><dd>${seconds(ahead_s)}</dd>
        <dt title="The newest picture is read; who reads takes no other meanwhile">pictures passed over a second</dt><dd id="dropped">${dropped?.toFixed(1) ?? "–"}</dd>
      </dl>
    `;
  }
}

customElements.define("mien-clocks", ClocksElement);
