/** The brief’s fields in words, with the step of their slider and their unit (ranges come from the server); other choices. */

export const FIELDS: Readonly<Record<string, { readonly label: string; readonly step: number; readonly unit: string }>> = {
  tempo_bpm: { label: "Tempo", step: 1, unit: "beats a minute" },
  density: { label: "Density", step: 0.1, unit: "onsets a beat" },
  register_midi: { label: "Register", step: 1, unit: "MIDI pitch of the melody’s middle" },
  spread_semitones: { label: "Spread", step: 0.1, unit: "semitones" },
  contour: { label: "Contour", step: 0.01, unit: "falling −1, rising 1" },
  loudness: { label: "Loudness", step: 0.01, unit: "0 to 1" },
  legato: { label: "Legato", step: 0.01, unit: "sounding over written length" },
  tension: { label: "Tension", step: 0.01, unit: "0 to 1" },
  brightness: { label: "Brightness", step: 0.01, unit: "0 to 1" },
  syncopation: { label: "Syncopation", step: 0.01, unit: "0 to 1" },
  rubato: { label: "Rubato", step: 0.01, unit: "0 to 1" },
  interruption: { label: "Interruption", step: 0.01, unit: "0 to 1" },
  mode: { label: "Mode", step: 1, unit: "" },
  tonic_pc: { label: "Key", step: 1, unit: "" },
  meter: { label: "Metre", step: 1, unit: "" },
  ensemble: { label: "Ensemble", step: 1, unit: "" },
};

/** From dark to bright. */
export const MODES = ["phrygian", "harmonic_minor", "aeolian", "dorian", "mixolydian", "ionian", "lydian"] as const;

export const TONICS = ["C", "C#", "Db", "D", "D#", "Eb", "E", "F", "F#", "Gb", "G", "G#", "Ab", "A", "Bb", "B", "Cb"] as const;

/** The tonics to choose from; whoever asked for another spelling elsewhere finds it last. */
export const tonicsBeside = (asked?: string | null): readonly string[] =>
  !asked || TONICS.some((name) => name === asked) ? TONICS : [...TONICS, asked];

export const METERS = ["4/4", "3/4", "6/8", "5/4"] as const;

/** The largest seed that the server takes. */
export const LARGEST_SEED = 2147483647;

export const isSeed = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= LARGEST_SEED;
