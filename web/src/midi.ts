/**
 * The notes and controllers that the sampler gets → a MIDI output of this machine, by the browser (Web MIDI API).
 *
 * Times are milliseconds of performance.now(), as the API wants them. The browser asks the person; it may know no MIDI.
 */

export type MidiState = "off" | "asking" | "unknown" | "denied" | "none" | "ready";

export interface MidiPort {
  readonly id: string;
  readonly name: string;
}

const CHANNELS = 16;
const NOTE_OFF = 0x80;
const NOTE_ON = 0x90;
const CONTROL = 0xb0;
const PROGRAM = 0xc0;

/** Notes are given ahead by less than this. */
const AHEAD_MS = 200;

/** Pedal up, all sound off, all notes off. */
const SILENCING = [[64, 0], [120, 0], [123, 0]] as const;

export class MidiOut {
  private access: MIDIAccess | undefined;
  private output: MIDIOutput | undefined;

  get ports(): readonly MidiPort[] {
    return [...(this.access?.outputs.values() ?? [])].map(({ id, name }) => ({ id, name: name ?? id }));
  }

  get chosen(): string {
    return this.output?.id ?? "";
  }

  /** Ask for MIDI; `onChange` is called whenever an output comes or goes. */
  async ask(onChange: () => void): Promise<MidiState> {
    if (!("requestMIDIAccess" in navigator)) return "unknown";
    try {
      this.access = await navigator.requestMIDIAccess();
    } catch (error) {
      return error instanceof DOMException && error.name === "NotAllowedError" ? "denied" : "unknown";
    }
    this.access.onstatechange = () => {
      if (this.output?.state === "disconnected") this.output = undefined;
      onChange();
    };
    return this.state;
  }

  get state(): MidiState {
    if (!this.access) return "off";
    return this.access.outputs.size > 0 ? "ready" : "none";
  }

  /** Play on an output (none for ""); the one before is silenced. */
  choose(id: string): void {
    if (id === this.chosen) return;
    this.leave();
    this.output = this.access?.outputs.get(id);
  }

  program(channel: number, program: number, at_ms: number): void {
    this.output?.send([PROGRAM | channel, program], at_ms);
  }

  control(channel: number, controller: number, value: number, at_ms: number): void {
    this.output?.send([CONTROL | channel, controller, Math.min(127, Math.max(0, Math.round(value)))], at_ms);
  }

  noteOn(channel: number, pitch_midi: number, velocity: number, at_ms: number): void {
    this.output?.send([NOTE_ON | channel, pitch_midi, velocity], at_ms);
  }

  noteOff(channel: number, pitch_midi: number, at_ms: number): void {
    this.output?.send([NOTE_OFF | channel, pitch_midi, 64], at_ms);
  }

  /** Nothing more is sent: end what sounds now, and what was given ahead and begins only then. */
  leave(): void {
    this.silence();
    this.silence(performance.now() + AHEAD_MS);
  }

  /** End all that sounds, now or at a time. */
  silence(at_ms = 0): void {
    for (let channel = 0; channel < CHANNELS; channel++) {
      for (const [controller, value] of SILENCING) this.output?.send([CONTROL | channel, controller, value], at_ms);
    }
  }
}
