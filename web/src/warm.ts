/**
 * Ensembles → silent notes that make the sampler unpack its samples before they are needed.
 *
 * The font is compressed (Vorbis), and the sampler unpacks a sample in the sound's own thread when it is first struck: up
 * to some tens of milliseconds, which is heard as a click. So while nothing plays, each instrument is struck once in every
 * part of its range, on a channel of no volume.
 */
import type { Sound } from "./audio.ts";
import type { Welcome } from "./wire.ts";

/** No ensemble has so many players. */
const CHANNEL = 15;
const LOWEST = 28;
const HIGHEST = 103;
/** A sample serves about a third of an octave. */
const STEP = 3;
const VELOCITIES = [40, 70, 100] as const;
const KIT_KEYS = [35, 36, 37, 38, 40, 41, 42, 44, 45, 46, 48, 49, 51, 53, 54, 69, 70, 75, 76] as const;
const PERIOD_MS = 12;

export interface Stroke {
  readonly program: number;
  readonly isKit: boolean;
  readonly pitch_midi: number;
  readonly velocity: number;
}

/** Every stroke that warms up the ensembles, the first ensemble's first, none twice. */
export function* strokes(ensembles: Welcome["ensembles"], first: string): Generator<Stroke> {
  const players = [...ensembles]
    .sort((a, b) => Number(b.name === first) - Number(a.name === first))
    .flatMap((ensemble) => ensemble.players ?? []);
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

/** Warm the sampler up while `mayGoOn`; gives when all is done. Called again, it begins anew. */
export class WarmUp {
  private run = 0;

  constructor(
    private readonly sound: Sound,
    private readonly mayGoOn: () => boolean,
  ) {}

  async begin(ensembles: Welcome["ensembles"], first: string): Promise<void> {
    const run = ++this.run;
    let before: Stroke | undefined;
    for (const stroke of strokes(ensembles, first)) {
      do await new Promise((done) => setTimeout(done, PERIOD_MS));
      while (run === this.run && !this.mayGoOn());
      if (run !== this.run) return;
      if (before?.program !== stroke.program || before.isKit !== stroke.isKit) this.take(stroke);
      before = stroke;
      this.sound.noteOn(CHANNEL, stroke.pitch_midi, stroke.velocity, 0);
      this.sound.control(CHANNEL, 120, 0, 0);
    }
  }

  /** Give the silent channel an instrument. */
  private take({ program, isKit }: Stroke): void {
    this.sound.program(CHANNEL, program, isKit, 0);
    this.sound.control(CHANNEL, 7, 0, 0);
    this.sound.control(CHANNEL, 91, 0, 0);
  }
}
