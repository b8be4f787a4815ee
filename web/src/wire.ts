/**
 * The protocol's types, as docs/wire.md tells them (protocol 1), with what packs a frame and unpacks a message.
 *
 * `*_s` are seconds: `captured_s` on the page's clock (performance.now()), all others on the session's.
 */

export const PROTOCOL = 1;
export const REGIONS = ["eyes", "brows", "nose", "mouth"] as const;
export type Region = (typeof REGIONS)[number];
export type Mode = "emotion" | "gesture" | "hand" | "trajectory" | "ensemble";
export type BriefValue = number | string;

export interface Settings {
  readonly mode?: Mode;
  readonly ensemble?: string;
  readonly seed?: number;
  readonly tonic?: string | null;
  readonly meter?: string | null;
  readonly tune?: string | null;
}

export interface Place {
  readonly valence: number;
  readonly arousal: number;
}

/** Page → server. */
export type Wish =
  | {
      readonly type: "hello";
      readonly protocol: number;
      readonly session: string | null;
      readonly settings?: Settings;
      readonly profile: object | null;
    }
  | { readonly type: "ping"; readonly id: number; readonly sent_s: number }
  | { readonly type: "start" | "panic" | "bye" }
  | { readonly type: "stop"; readonly how: "close" | "now" }
  | ({ readonly type: "settings" } & Settings)
  | { readonly type: "hold"; readonly fields: Readonly<Record<string, BriefValue | null>> }
  | ({ readonly type: "hand" } & Place)
  | { readonly type: "lead"; readonly do: "start"; readonly to: string | Place; readonly minutes: number }
  | { readonly type: "lead"; readonly do: "hold" | "go" | "reverse" | "stop" }
  | { readonly type: "calibrate"; readonly do: "start" | "range" | "forget" }
  | { readonly type: "mapping"; readonly toml: string | null }
  | { readonly type: "record"; readonly on: boolean };

export interface Lead extends Place {
  readonly minutes: number;
  readonly at: number;
  readonly doing: "go" | "hold" | "reverse";
}

export interface StateMessage {
  readonly type: "state";
  readonly playing: boolean;
  readonly closing: boolean;
  readonly mode: Mode;
  readonly ensemble: string;
  readonly tonic: string | null;
  readonly meter: string | null;
  readonly tune: string | null;
  readonly seed: number;
  readonly recording: boolean;
  /** Of how many movements (one ensemble and metre each) what was played consists. */
  readonly movements: number;
  readonly held: Readonly<Record<string, BriefValue>>;
  readonly calibrated: boolean;
  readonly lead: Lead | null;
  readonly reader: "starting" | "ready" | "lost";
  readonly ports: readonly { readonly name: string; readonly kind: string; readonly alive: boolean }[];
  /** Another page has the ports of the server. */
  readonly lacks_ports?: boolean;
}

export interface MappingRow {
  readonly target: string;
  readonly origin: number;
  readonly valence: number;
  readonly arousal: number;
  readonly doubt: number;
  readonly range: readonly [number, number];
  readonly source: string;
}

export interface CueRow {
  readonly cue: string;
  readonly region: string;
  readonly target: string;
  readonly weight: number;
  readonly source: string;
}

export interface ControlRow {
  readonly part: string;
  readonly control: string;
  readonly cue: string;
  readonly at_rest: number;
  readonly weight: number;
  readonly source: string;
}

export interface MappingMessage {
  readonly type: "mapping";
  readonly toml: string;
  readonly rows: readonly MappingRow[];
  readonly cues: readonly CueRow[];
  /** What is in force in the gesture mode instead. */
  readonly gesture?: { readonly rows: readonly MappingRow[]; readonly cues: readonly CueRow[] };
  readonly controls: readonly ControlRow[];
}

export interface Field {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** Words for the two ends, "slow" and "fast". */
  readonly low_word?: string;
  readonly high_word?: string;
}

export interface Welcome {
  readonly type: "welcome";
  readonly version: string;
  readonly session: string;
  readonly resumed: boolean;
  /** Whoever runs the station has pictures kept while somebody records. */
  readonly keeps_video: boolean;
  /** What a session begins in that chooses no mode. */
  readonly default_mode?: Mode;
  readonly server_s: number;
  readonly state: StateMessage;
  readonly emotions: readonly string[];
  readonly modes: readonly Mode[];
  readonly parts: readonly { readonly name: string; readonly region: string }[];
  readonly ensembles: readonly {
    readonly name: string;
    readonly title: string;
    readonly players: readonly { readonly program: number; readonly kit: boolean }[];
  }[];
  readonly cues: readonly { readonly name: string; readonly unit: string; readonly region: string }[];
  readonly fields: readonly Field[];
  readonly tunes?: readonly { readonly name: string; readonly title: string; readonly says: string }[];
  readonly presets: Readonly<Record<string, readonly [number, number]>>;
  readonly mapping: MappingMessage;
  readonly limits: { readonly frame_bytes: number; readonly frames_a_s: number };
}

export interface Affect extends Place {
  readonly probs: readonly number[];
  readonly doubt: number;
  readonly shares: readonly number[];
  readonly reads_as: string;
}

export interface SeenFace {
  readonly seat: number;
  readonly box: readonly [number, number, number, number];
  readonly points: readonly (readonly [number, number])[];
  readonly irises: readonly (readonly [number, number, number])[];
  readonly cues: Readonly<Record<string, number>>;
  readonly departures: Readonly<Record<string, number>>;
  readonly affect: Affect | null;
}

export interface ReadingMessage {
  readonly type: "reading";
  readonly seq: number;
  readonly captured_s: number;
  readonly dropped: number;
  readonly faces: readonly SeenFace[];
  readonly ms: Readonly<Record<string, number>>;
}

export interface ControlsMessage {
  readonly type: "controls";
  readonly captured_s: number;
  readonly channels: readonly { readonly channel: number; readonly cc: Readonly<Record<string, number>> }[];
  readonly gesture: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly events: readonly string[];
}

export interface Channel {
  readonly channel: number;
  readonly part: string;
  readonly label: string;
  readonly program: number;
  readonly kit: boolean;
  readonly cc: Readonly<Record<string, number>>;
}

export interface SetupMessage {
  readonly type: "setup";
  readonly at_s: number;
  readonly ensemble: string;
  readonly title: string;
  readonly channels: readonly Channel[];
}

/** id, onset_s, length_s, channel, pitch_midi, velocity. */
export type NoteRow = readonly [number, number, number, number, number, number];

export interface NotesMessage {
  readonly type: "notes";
  readonly from_s: number;
  readonly until_s: number;
  readonly notes: readonly NoteRow[];
  readonly ends: readonly (readonly [number, number])[];
  /** time_s, beat in bar, bar, bpm. */
  readonly beats: readonly (readonly [number, number, number, number])[];
  /** onset_s, length_s, roman, function, name. */
  readonly chords: readonly (readonly [number, number, string, string, string])[];
  /** time_s, kind, text. */
  readonly marks: readonly (readonly [number, string, string])[];
  /** time_s, key, metre. */
  readonly signatures: readonly (readonly [number, string, string])[];
}

/** Where the player of a tune stands: the note that sounds next, and whether it does. */
export interface TuneMessage {
  readonly type: "tune";
  readonly degree: number;
  readonly pitch_midi: number | null;
  readonly name: string | null;
  readonly down: boolean;
  readonly ready: boolean;
}

export interface BriefMessage {
  readonly type: "brief";
  readonly now: Readonly<Record<string, BriefValue>> | null;
  readonly target: Readonly<Record<string, BriefValue>>;
  readonly reasons: readonly { readonly field: string; readonly because: string; readonly source: string }[];
  readonly mood: Place & { readonly doubt: number; readonly source: "face" | "hand" | "lead" | "rest" };
}

export interface CalibrationMessage {
  readonly type: "calibration";
  readonly state: "running" | "done" | "failed" | "forgotten";
  readonly step: "rest" | "range";
  readonly progress: number;
  readonly text: string;
  readonly profile: object | null;
}

export interface ClocksMessage {
  readonly type: "clocks";
  readonly gesture_ms: { readonly p50: number | null; readonly p95: number | null };
  readonly structure_s: number | null;
  readonly mood_s: number | null;
  readonly loop_ms: { readonly p50: number | null; readonly p99: number | null };
  readonly read_a_s: number | null;
  readonly dropped_a_s: number | null;
}

/** Server → page. */
export type Told =
  | Welcome
  | StateMessage
  | { readonly type: "pong"; readonly id: number; readonly sent_s: number; readonly server_s: number }
  | ReadingMessage
  | ControlsMessage
  | SetupMessage
  | NotesMessage
  | { readonly type: "strike"; readonly note: NoteRow }
  | { readonly type: "lift"; readonly ends: readonly (readonly [number, number])[] }
  | TuneMessage
  | { readonly type: "hush"; readonly from_s: number; readonly why: "stop" | "panic" | "restart" }
  | BriefMessage
  | CalibrationMessage
  | MappingMessage
  | ClocksMessage
  | { readonly type: "notice"; readonly code: string; readonly text: string }
  | { readonly type: "error"; readonly code: string; readonly text: string; readonly about: string | null };

const HEAD_BYTES = 16;

/** A camera frame as the binary message of the protocol: version, kind, seq, capture time, picture. */
export function packFrame(seq: number, captured_s: number, jpeg: ArrayBuffer): ArrayBuffer {
  const packed = new ArrayBuffer(HEAD_BYTES + jpeg.byteLength);
  const head = new DataView(packed);
  head.setUint8(0, PROTOCOL);
  head.setUint8(1, 1);
  head.setUint32(4, seq, true);
  head.setFloat64(8, captured_s, true);
  new Uint8Array(packed, HEAD_BYTES).set(new Uint8Array(jpeg));
  return packed;
}

/** A message of the server; nothing if it is none (a newer server may say what this page does not know). */
export function unpack(text: string): Told | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isMessage = typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
    return isMessage ? (value as Told) : undefined;
  } catch {
    return undefined;
  }
}
