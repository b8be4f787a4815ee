/** What the browser gives the page, pretended: a socket, a sampler, a worker, a place in the page. */
import { vi } from "vitest";
import type { NotesMessage, SetupMessage, StateMessage, Wish } from "../src/wire.ts";

/** A socket whose other end the test is. */
export class PretendedSocket extends EventTarget {
  static readonly OPEN = 1;
  static all: PretendedSocket[] = [];
  static get last(): PretendedSocket {
    return PretendedSocket.all.at(-1) as PretendedSocket;
  }
  readyState = 0;
  bufferedAmount = 0;
  binaryType = "";
  readonly said: Wish[] = [];

  constructor() {
    super();
    PretendedSocket.all.push(this);
  }

  send(data: string): void {
    this.said.push(JSON.parse(data) as Wish);
  }

  close(): void {
    this.readyState = 2;
  }

  /** Let it open, and welcome who comes. */
  greet(welcome: object = {}): void {
    this.open();
    this.tell({ type: "welcome", session: "s1", resumed: false, server_s: 0, state, ensembles: [], mapping: {}, ...welcome });
  }

  open(): void {
    this.readyState = PretendedSocket.OPEN;
    this.dispatchEvent(new Event("open"));
  }

  tell(message: object): void {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) }));
  }

  /** Answer all that was asked so far. */
  answer(): void {
    for (const wish of this.said) if (wish.type === "ping") this.tell({ ...wish, type: "pong", server_s: 0 });
  }

  drop(code: number): void {
    this.readyState = 3;
    this.dispatchEvent(Object.assign(new Event("close"), { code }));
  }

  /** What was said but for pings. */
  get wishes(): Wish[] {
    return this.said.filter(({ type }) => type !== "ping");
  }
}

/** A sampler that writes down what it is given, on a card whose clock the test turns. */
export class PretendedSound {
  static last: PretendedSound;
  readonly context = Object.assign(new EventTarget(), { outputLatency: 0 });
  readonly given: string[] = [];
  isReady = true;
  isRunning = true;
  now_s = 0;

  constructor() {
    PretendedSound.last = this;
  }

  run(isRunning: boolean): void {
    this.isRunning = isRunning;
    this.context.dispatchEvent(new Event("statechange"));
  }

  async load(): Promise<void> {}
  async resume(): Promise<boolean> {
    return this.isRunning;
  }
  program(channel: number, program: number, _isKit: boolean, time_s: number): void {
    this.given.push(`program ${channel} ${program} at ${time_s.toFixed(2)}`);
  }
  control(channel: number, controller: number, value: number, time_s: number): void {
    this.given.push(`control ${channel} ${controller} ${value} at ${time_s.toFixed(2)}`);
  }
  noteOn(channel: number, pitch_midi: number, _velocity: number, time_s: number): void {
    this.given.push(`on ${channel} ${pitch_midi} at ${time_s.toFixed(2)}`);
  }
  noteOff(channel: number, pitch_midi: number, time_s: number): void {
    this.given.push(`off ${channel} ${pitch_midi} at ${time_s.toFixed(2)}`);
  }
  silence(): void {
    this.given.push("silence");
  }
  mute(): void {}
  unmute(): void {}
}

export class PretendedWorker extends EventTarget {
  static last: PretendedWorker;
  constructor() {
    super();
    PretendedWorker.last = this;
  }
  tick(): void {
    this.dispatchEvent(new MessageEvent("message", { data: 0 }));
  }
}

/** What listens to the window, by the event. */
export const listeners = new Map<string, (event: object) => void>();

/** Put all of it where the page looks for it; timers and performance.now() are the test's. */
export function pretendBrowser(): void {
  vi.useFakeTimers();
  PretendedSocket.all = [];
  const kept = new Map<string, string>();
  vi.stubGlobal("WebSocket", PretendedSocket);
  vi.stubGlobal("Worker", PretendedWorker);
  vi.stubGlobal("addEventListener", listeners.set.bind(listeners));
  vi.stubGlobal("scrollTo", () => {});
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("location", { protocol: "http:", host: "127.0.0.1:1", hash: "" });
  vi.stubGlobal("document", { createElement: () => ({}) });
  vi.stubGlobal("localStorage", { getItem: (key: string) => kept.get(key) ?? null, setItem: kept.set.bind(kept) });
}

export const state: StateMessage = {
  type: "state", playing: false, closing: false, mode: "emotion", ensemble: "piano", tonic: null, meter: null, tune: null, seed: 1,
  recording: false, movements: 0, held: {}, calibrated: false, lead: null, reader: "ready", ports: [],
};

export const notes = (rows: NotesMessage["notes"]): NotesMessage => ({
  type: "notes", from_s: 0, until_s: 9, notes: rows, ends: [], beats: [], chords: [], marks: [], signatures: [[0, "C ionian", "4/4"]],
});

export const setup = (at_s: number, program = 0): SetupMessage => ({
  type: "setup", at_s, ensemble: "piano", title: "Solo piano",
  channels: [{ channel: 0, part: "melody", label: "Piano", program, kit: false, cc: { 7: 100, 11: 127 } }],
});
