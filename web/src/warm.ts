/**
 * An ensemble → silent notes that make the sampler unpack its samples before they are needed.
 *
 * The font is compressed (Vorbis), and the sampler unpacks a sample in the sound's own thread when it is first struck: up
 * to some tens of milliseconds, which is heard as a click. So each instrument of the ensemble that is chosen is struck once
 * in every part of its range, on a channel of no volume.
 */
import type { Sound } from "./audio.ts";

/** No ensemble has so many players. */
const CHANNEL = 15;
const LOWEST = 28;
const HIGHEST = 103;
/** A sample serves about a third of an octave. */
const STEP = 3;
const VELOCITIES = [40, 70, 100] as const;
const KIT_KEYS = [35, 36, 37, 38, 40, 41, 42, 44, 45, 46, 48, 49, 51, 53, 54, 69, 70, 75, 76] as const;
const PERIOD_MS = 12;
/** While music plays, one sample at a time, so that the sound's buffer bears it. */
const BUSY_PERIOD_MS = 70;

export interface Voice {
  readonly program: number;
  readonly kit: boolean;
}

export interface Stroke {
  readonly program: number;
  readonly isKit: boolean;
  readonly pitch_midi: number;
  readonly velocity: number;
}

/** Every stroke that warms up these players, none twice. */
export function* strokes(players: readonly Voice[]): Generator<Stroke> {
  const done = new Set<string>();
  for (const { program, kit: isKit } of players) {
    const key = isKit ? "kit" : String(program);
    if (done.has(key)) continue;
    done.add(key);
    for (const pitch_midi of isKit ? KIT_KEYS : range(LOWEST, HIGHEST, STEP)) {
      for (const velocity of VELOCITIES) yield { program, isKit, pitch_midi, velocity };
    }
  }
}

function* range(low: number, high: number, step: number): Generator<number> {
  for (let value = low; value <= high; value += step) yield value;
}

/** Warms the sampler up, an ensemble at a time, each once. */
export class WarmUp {
  private run = 0;
  private current = "";
  private readonly done = new Set<string>();

  constructor(
    private readonly sound: Sound,
    private readonly isAudible: () => boolean,
    private readonly isBusy: () => boolean,
  ) {}

  /** Begin with an ensemble as soon as sound is there; the one before is left as it is. */
  async begin(name: string, players: readonly Voice[]): Promise<void> {
    if (this.done.has(name) || this.current === name) return;
    this.current = name;
    const run = ++this.run;
    let before: Stroke | undefined;
    for (const stroke of strokes(players)) {
      do await new Promise((done) => setTimeout(done, this.isBusy() ? BUSY_PERIOD_MS : PERIOD_MS));
      while (run === this.run && !this.isAudible());
      if (run !== this.run) return;
      if (before?.program !== stroke.program || before.isKit !== stroke.isKit) this.take(stroke);
      before = stroke;
      this.sound.noteOn(CHANNEL, stroke.pitch_midi, stroke.velocity, 0);
      this.sound.control(CHANNEL, 120, 0, 0);
    }
    this.done.add(name);
  }

  /** Give the silent channel an instrument. */
  private take({ program, isKit }: Stroke): void {
    this.sound.program(CHANNEL, program, isKit, 0);
    this.sound.control(CHANNEL, 7, 0, 0);
    this.sound.control(CHANNEL, 91, 0, 0);
  }
}
