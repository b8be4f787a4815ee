/** Where else the music goes: the server's ports, and a MIDI output of this browser. */
import { css, html, nothing } from "lit";
import type { View } from "../store.ts";
import { MIDI_WORDS, PORTS_ELSEWHERE } from "../words.ts";
import { Panel } from "./panel.ts";

export class PortsElement extends Panel {
  static override styles = [
    Panel.styles,
    css`
      p { margin-bottom: 0.6rem; }
      ul { list-style: none; margin: 0 0 0.6rem; padding: 0; }
      li { display: flex; justify-content: space-between; gap: 1rem; }
      li span:first-child { overflow-wrap: anywhere; }
      label { display: grid; gap: 0.15rem; font-size: 0.8125rem; color: var(--quiet); }
      select { color: var(--ink); font-size: 0.9375rem; }
    `,
  ];

  protected readonly watches: readonly (keyof View)[] = ["midi", "midiPorts", "state"];

  override render() {
    const { midi, midiPorts, state } = this.view;
    const { player } = this.instrument;
    const ports = state?.ports ?? [];
    const words = midi === "unknown" || midi === "denied" || midi === "none" ? MIDI_WORDS[midi] : undefined;
    return html`<h2>Ports <small>${ports.length > 0 ? "of the server" : ""}</small></h2>
      ${ports.length > 0
        ? html`<ul>${ports.map((port) => html`<li><span>${port.name}</span><span class="quiet">${port.alive ? "open" : "lost"}</span></li>`)}</ul>`
        : nothing}
      ${state?.lacks_ports
        ? html`<p class="small" id="ports-elsewhere">${PORTS_ELSEWHERE.says} <span class="quiet">${PORTS_ELSEWHERE.remedy}</span></p>`
        : nothing}
      ${midi === "ready"
        ? html`<label>MIDI output of this browser
            <select id="midi-out" @change=${(event: Event) => player.playOn((event.target as HTMLSelectElement).value)}>
              <option value="">none</option>
              ${midiPorts.map(({ id, name }) => html`<option value=${id} .selected=${id === player.midi.chosen}>${name}</option>`)}
            </select>
          </label>`
        : html`<button id="midi-ask" ?disabled=${midi === "asking"} @click=${() => this.instrument.askForMidi()}>Look for MIDI outputs</button>`}
      ${words ? html`<p class="small" role="status">${words.says} <span class="quiet">${words.remedy}</span></p>` : nothing}`;
  }
}

customElements.define("mien-ports", PortsElement);
