/**
 * What the server sends ahead → the sound card, in time.
 *
 * A worker ticks; at each tick what falls within `AHEAD_S` is given to the sampler with its exact time, so that a
 * message that changes the music can still call the rest back. Nothing here knows the socket: the music that is known
 * plays on without it.
 */
import { Sound } from "./audio.ts";
import { BEHIND_S, SoundClock } from "./clock.ts";
import { MidiOut } from "./midi.ts";
import { Timeline } from "./timeline.ts";
import { WarmUp } from "./warm.ts";
import type { ControlsMessage, NoteRow, NotesMessage, SetupMessage } from "./wire.ts";

const AHEAD_S = 0.16;
/** So long after the card stood still the sampler has got over what it was given before that was seen. */
const DRY_S = AHEAD_S + BEHIND_S;

type Controllers = Readonly<Record<string, number>>;

export class Player {
  readonly timeline = new Timeline();
  readonly sound = new Sound();
  readonly midi = new MidiOut();
  private readonly clock = new SoundClock();
  private setups: SetupMessage[] = [];
  private inForce: SetupMessage | undefined;
  /** Controllers moved since the set-up in force, by channel: an output that comes late gets them too. */
  private readonly moved = new Map<number, Controllers>();
  /** The sampler is given what is played. */
  private isGiven = false;
  /** Card's time from which on the sampler holds nothing of before an interruption. */
  private dry_s = 0;
  readonly warmUp = new WarmUp(this.sound, () => this.isAudible, () => this.timeline.isBusy);
  private readonly ticker = new Worker(new URL("./ticker.worker.ts", import.meta.url), { type: "module" });

  /** @param sessionNow_s gives session time at this moment. */
  constructor(private readonly sessionNow_s: () => number) {
    this.ticker.addEventListener("message", () => this.tick());
    this.sound.context.addEventListener("statechange", () => {
      this.clock.reset();
      this.interrupted();
    });
  }

  /** Session time of what is heard at this moment. */
  get heard_s(): number {
    if (!this.sound.isRunning) return this.sessionNow_s();
    return this.clock.session_s(this.sound.now_s - (this.sound.context.outputLatency || 0));
  }

  /** The part that plays on a channel. */
  partOf(channel: number): string {
    return this.inForce?.channels.find((each) => each.channel === channel)?.part ?? "";
  }

  /** Play on a MIDI output too (none for ""). */
  playOn(midiId: string): void {
    this.midi.choose(midiId);
    if (this.inForce) this.arrangeMidi(this.inForce);
  }

  setup(message: SetupMessage): void {
    this.setups = [...this.setups.filter((each) => each.at_s < message.at_s), message];
  }

  notes(message: NotesMessage): void {
    this.timeline.replace(message);
    this.sound.unmute();
    this.tick();
  }

  /** A face plays a note, at once. */
  strike(note: NoteRow): void {
    this.timeline.strike(note, this.sessionNow_s());
    this.tick();
  }

  /** A note that a face plays ends. */
  lift(ends: readonly (readonly [number, number])[]): void {
    this.timeline.lift(ends);
    this.tick();
  }

  controls(message: ControlsMessage): void {
    const from_s = this.inForce?.at_s ?? Number.NEGATIVE_INFINITY; // it may be given already, and not be due yet
    const time_s = Math.max(this.sound.now_s, this.clock.sound_s(from_s));
    const at_ms = Math.max(performance.now(), pageTime_ms(from_s, this.sessionNow_s()));
    for (const { channel, cc } of message.channels) {
      this.moved.set(channel, { ...this.moved.get(channel), ...cc });
      if (this.isGiven) this.control(this.sound, channel, cc, time_s);
      this.control(this.midi, channel, cc, at_ms);
    }
  }

  /** Silence: `atOnce` cuts the sound off and keeps the fader down until music comes, else notes are released. */
  hush(atOnce: boolean): void {
    const ended = this.timeline.hush(this.sessionNow_s());
    const release = (): void => {
      for (const { channel, pitch_midi } of ended) {
        if (this.isGiven) this.sound.noteOff(channel, pitch_midi, this.sound.now_s);
        this.midi.noteOff(channel, pitch_midi, performance.now());
      }
    };
    release();
    setTimeout(release, AHEAD_S * 1000 + 40); // the sampler may hold notes that begin only now
    if (!atOnce) return;
    this.midi.silence();
    this.sound.silence();
    this.sound.mute(); // the room's echo too
  }

  /** Another session, another clock. */
  clear(): void {
    this.hush(false);
    this.timeline.clear();
    this.setups = [];
    this.inForce = undefined;
    this.moved.clear();
    this.clock.reset();
  }

  private tick(): void {
    const now_s = this.sessionNow_s();
    if (this.sound.isRunning && this.clock.read(now_s, this.sound.now_s)) this.interrupted();
    if (this.clock.isDoubtful) return; // what is given two ticks later is still in time
    const until_s = now_s + AHEAD_S;
    this.arrangeUntil(until_s);
    for (const act of this.timeline.take(now_s, until_s)) {
      const { channel, pitch_midi, velocity } = act.note;
      const [time_s, at_ms] = [this.clock.sound_s(act.time_s), pageTime_ms(act.time_s, now_s)];
      if (act.kind === "on") {
        this.midi.noteOn(channel, pitch_midi, velocity, at_ms);
        if (this.isGiven) this.sound.noteOn(channel, pitch_midi, velocity, time_s);
      } else {
        this.midi.noteOff(channel, pitch_midi, at_ms);
        if (this.isGiven) this.sound.noteOff(channel, pitch_midi, time_s);
      }
    }
    this.timeline.prune(now_s);
  }

  private get isAudible(): boolean {
    return this.sound.isReady && this.sound.isRunning && this.sound.now_s >= this.dry_s;
  }

  /** The card stood still, or may have: what the sampler holds lies at wrong times, and it gets no more until that is over. */
  private interrupted(): void {
    this.sound.silence();
    this.dry_s = this.sound.now_s + DRY_S;
  }

  /** Give the sampler its instruments; again where it comes late, when loading or the first click took long. */
  private arrangeUntil(until_s: number): void {
    const due = this.setups.filter((setup) => setup.at_s < until_s);
    this.setups = this.setups.filter((setup) => setup.at_s >= until_s);
    const isNew = this.isAudible && !this.isGiven;
    this.isGiven = this.isAudible;
    this.inForce = due.at(-1) ?? this.inForce;
    if (isNew) {
      this.sound.silence();
      this.clock.settle();
    }
    if (due.length > 0) this.moved.clear();
    if (this.inForce && this.isGiven && (isNew || due.length > 0)) this.arrangeSound(this.inForce);
    if (this.inForce && due.length > 0) this.arrangeMidi(this.inForce);
  }

  private arrangeSound(setup: SetupMessage): void {
    const time_s = this.clock.sound_s(setup.at_s);
    for (const { channel, program, kit, cc } of setup.channels) {
      this.sound.program(channel, program, kit, time_s);
      this.control(this.sound, channel, { ...cc, ...this.moved.get(channel) }, time_s);
    }
  }

  private arrangeMidi(setup: SetupMessage): void {
    const at_ms = pageTime_ms(setup.at_s, this.sessionNow_s());
    for (const { channel, program, cc } of setup.channels) {
      this.midi.program(channel, program, at_ms);
      this.control(this.midi, channel, { ...cc, ...this.moved.get(channel) }, at_ms);
    }
  }

  /** @param at time of the output's own clock. */
  private control(output: Sound | MidiOut, channel: number, cc: Controllers, at: number): void {
    for (const [control, value] of Object.entries(cc)) output.control(channel, Number(control), value, at);
  }
}

/** Session time as performance.now() would tell it, milliseconds. */
const pageTime_ms = (time_s: number, now_s: number): number => performance.now() + 1000 * (time_s - now_s);
