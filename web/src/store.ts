/** What the page shows, as one plain value; who watches a part of it is told when that part changes. */
import type { CameraDevice, CameraTrouble } from "./camera.ts";
import type { MidiPort, MidiState } from "./midi.ts";
import type {
  BriefMessage, BriefValue, CalibrationMessage, ClocksMessage, ControlsMessage, MappingMessage, Place, ReadingMessage, StateMessage,
  TuneMessage, Welcome,
} from "./wire.ts";

export type LinkState = "closed" | "opening" | "open" | "waiting" | "full" | "refused";
export type CameraState = "off" | "asking" | "on" | CameraTrouble;
export type SoundState = "off" | "loading" | "waiting" | "on" | "failed";

export interface Notice {
  readonly code: string;
  readonly text: string;
  readonly at_s: number;
}

export interface View {
  /** The person has read the notice and gone on. */
  readonly entered: boolean;
  readonly link: LinkState;
  readonly camera: CameraState;
  readonly cameras: readonly CameraDevice[];
  readonly sound: SoundState;
  readonly welcome: Welcome | undefined;
  readonly state: StateMessage | undefined;
  /** This session recorded, now or before: it has readings to export. */
  readonly hasRecorded: boolean;
  /** Something was recorded that no file saved here holds: who leaves is asked first. */
  readonly isUnsaved: boolean;
  readonly reading: ReadingMessage | undefined;
  readonly controls: ControlsMessage | undefined;
  readonly brief: BriefMessage | undefined;
  /** Fields of the brief that are held by hand, with their values. */
  readonly held: Readonly<Record<string, BriefValue>>;
  readonly mapping: MappingMessage | undefined;
  readonly clocks: ClocksMessage | undefined;
  /** Pictures of the camera that the page did not send, a second: the server was not ready for them. */
  readonly withheld_a_s: number;
  readonly calibration: CalibrationMessage | undefined;
  /** Where the player of a tune stands. */
  readonly tune: TuneMessage | undefined;
  /** Last word of the server that a person should read. */
  readonly notice: Notice | undefined;
  /** Places of the mood in force, oldest first. */
  readonly trail: readonly Place[];
  /** Page's own view of the latency, camera to controller, milliseconds: median and 95th percentile. */
  readonly roundTrip_ms: { readonly p50: number; readonly p95: number } | undefined;
  readonly exporting: string | undefined;
  readonly midi: MidiState;
  readonly midiPorts: readonly MidiPort[];
}

export const START: View = {
  entered: false,
  link: "closed",
  camera: "off",
  cameras: [],
  sound: "off",
  welcome: undefined,
  state: undefined,
  hasRecorded: false,
  isUnsaved: false,
  reading: undefined,
  controls: undefined,
  brief: undefined,
  held: {},
  mapping: undefined,
  clocks: undefined,
  withheld_a_s: 0,
  calibration: undefined,
  tune: undefined,
  notice: undefined,
  trail: [],
  roundTrip_ms: undefined,
  exporting: undefined,
  midi: "off",
  midiPorts: [],
};

export class Store {
  private held: View = START;
  private readonly watchers = new Set<{ keys: readonly (keyof View)[]; tell: () => void }>();

  get view(): View {
    return this.held;
  }

  set(change: Partial<View>): void {
    const before = this.held;
    this.held = { ...before, ...change };
    for (const { keys, tell } of this.watchers) if (keys.some((key) => before[key] !== this.held[key])) tell();
  }

  /** Be told of changes; gives the function that ends it. */
  watch(keys: readonly (keyof View)[], tell: () => void): () => void {
    const watcher = { keys, tell };
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  }
}
