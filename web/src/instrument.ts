/**
 * The instrument of the page: camera, socket and player joined; what a person does becomes a wish, what the server says
 * becomes the view.
 */
import { Capture } from "./capture.ts";
import { isSeed } from "./fields.ts";
import { Link } from "./link.ts";
import { Player } from "./player.ts";
import { filename, save, sentence } from "./saving.ts";
import { type LinkState, START, Store, type View } from "./store.ts";
import { PORTS_ELSEWHERE } from "./words.ts";
import type { BriefValue, Mode, Place, Settings, StateMessage, Told, Welcome } from "./wire.ts";

type Stopping = { readonly type: "stop"; readonly how: "now" } | { readonly type: "panic" };

const TRAIL = 90;
const TRIPS = 60;
const HAND_MS = 50;
const HOLDING_MS = 500;
/** How long a notice stays that nobody has put away. */
const NOTICE_MS = 20_000;
const PROFILE_KEY = "mien.profile";
/** Exports that hold what was recorded. */
const RECORDS: readonly string[] = ["session", "csv"];

export class Instrument {
  readonly store = new Store();
  readonly link = new Link({
    onTold: (message) => this.hear(message),
    onLink: (link) => this.linked(link),
    settings: () => this.wanted,
    profile: () => keptProfile(),
  });
  readonly player = new Player(() => this.session_s);
  private readonly capture = new Capture(this.store, this.link);
  readonly camera = this.capture.camera;
  private wanted: Settings = {};
  private holds: Record<string, BriefValue | null> = {};
  private holdAt_ms = 0;
  private holdLater: ReturnType<typeof setTimeout> | undefined;
  private wantsMusic = false;
  /** Stop or panic, pressed while the socket was away: the server plays on until it hears of it, for nobody. */
  private unheard: Stopping | null = null;
  private trips_ms: number[] = [];
  private handAt_ms = 0;
  private handLater: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.player.sound.context.addEventListener("statechange", () => this.tellSound());
    addEventListener("beforeunload", (event) => this.view.isUnsaved && event.preventDefault()); // the browser asks
    addEventListener("pagehide", () => {
      this.player.midi.leave();
      this.link.leave();
    });
  }

  get view(): View {
    return this.store.view;
  }

  /** Session time of this moment, seconds. */
  get session_s(): number {
    return this.link.clock.session_s(performance.now() / 1000);
  }

  /** The person has read the notice and goes on, with a camera or without. */
  async enter(mode: Mode): Promise<void> {
    this.wanted = { ...this.wanted, mode };
    this.store.set({ entered: true });
    scrollTo(0, 0); // the notice was read to its end
    this.link.open();
    const loading = this.loadSound();
    if (mode !== "hand") await this.openCamera();
    await loading;
  }

  /** End the session and show the notice again; the next visitor finds nothing of this one. */
  leave(): void {
    clearTimeout(this.holdLater);
    clearTimeout(this.handLater);
    this.holdLater = undefined;
    this.holds = {};
    this.wanted = {};
    this.wantsMusic = false;
    this.unheard = null;
    this.trips_ms = [];
    this.capture.close();
    this.player.clear();
    this.link.leave();
    const { sound, midi, midiPorts, cameras } = this.view;
    this.store.set({ ...START, sound, midi, midiPorts, cameras });
  }

  async openCamera(): Promise<void> {
    await this.capture.open();
  }

  async chooseCamera(id: string): Promise<void> {
    await this.capture.choose(id);
  }

  closeCamera(): void {
    this.capture.close();
  }

  async unmute(): Promise<void> {
    await this.player.sound.resume();
    this.tellSound();
  }

  start(): void {
    this.wantsMusic = true;
    this.unheard = null;
    this.dismiss();
    void this.unmute();
    this.link.ask({ type: "start" });
  }

  stop(): void {
    this.wantsMusic = false;
    if (this.link.ask({ type: "stop", how: "close" })) return;
    this.unheard = { type: "stop", how: "now" };
    this.player.hush(false);
  }

  panic(): void {
    this.wantsMusic = false;
    this.player.hush(true);
    if (!this.link.ask({ type: "panic" })) this.unheard = { type: "panic" };
  }

  record(on: boolean): void {
    this.link.say({ type: "record", on });
  }

  /** Ask for settings, now and of a later session; false for a seed that the server would refuse. */
  choose(settings: Settings): boolean {
    if (settings.seed !== undefined && !isSeed(settings.seed)) return false;
    this.wanted = { ...this.wanted, ...settings };
    this.link.ask({ type: "settings", ...settings });
    if (settings.mode === "hand") this.closeCamera();
    else if (settings.mode && !this.camera.isOpen) void this.openCamera();
    return true;
  }

  /** Hold a field of the brief at a value, or let it go (null). */
  hold(field: string, value: BriefValue | null): void {
    const { [field]: _, ...others } = this.view.held;
    this.store.set({ held: value === null ? others : { ...others, [field]: value } });
    this.holdAt_ms = performance.now();
    this.holds[field] = value;
    this.holdLater ??= setTimeout(() => {
      this.link.say({ type: "hold", fields: this.holds });
      this.holds = {};
      this.holdLater = undefined;
    }, HAND_MS);
  }

  /** Where the handle on the plane is; the last place of a quick movement always arrives. */
  hand(place: Place): void {
    clearTimeout(this.handLater);
    const wait_ms = this.handAt_ms + HAND_MS - performance.now();
    const say = (): void => {
      this.handAt_ms = performance.now();
      this.link.say({ type: "hand", valence: place.valence, arousal: place.arousal });
    };
    if (wait_ms <= 0) say();
    else this.handLater = setTimeout(say, wait_ms);
  }

  keepProfile(profile: object | null): void {
    if (profile) localStorage.setItem(PROFILE_KEY, JSON.stringify(profile));
    else localStorage.removeItem(PROFILE_KEY);
  }

  /** Let the browser ask the person for MIDI, and follow its outputs as they come and go. */
  async askForMidi(): Promise<void> {
    this.store.set({ midi: "asking" });
    const { midi } = this.player;
    const tell = (): void => this.store.set({ midi: midi.state, midiPorts: midi.ports });
    const state = await midi.ask(tell);
    this.store.set({ midi: state, midiPorts: midi.ports });
  }

  /** Have the server make a file of what was played, and save it; of several movements the last, or one counted from 1. */
  async export(kind: string, movement?: number): Promise<void> {
    const { isUnsaved } = this.view;
    this.store.set({ exporting: kind, notice: undefined, isUnsaved: isUnsaved && !RECORDS.includes(kind) });
    const headers = this.link.token ? { Authorization: `Bearer ${this.link.token}` } : {};
    try {
      const query = movement ? `?movement=${movement}` : "";
      const answer = await fetch(`/sessions/${this.link.id}/export/${kind}${query}`, { headers });
      if (!answer.ok) throw new Error(await sentence(answer));
      save(await answer.blob(), filename(answer) ?? `mien.${kind}`);
    } catch (error) {
      this.store.set({ isUnsaved: isUnsaved || this.view.isUnsaved });
      this.note("export", error instanceof Error ? error.message : "The file could not be made.");
    } finally {
      this.store.set({ exporting: undefined });
    }
  }

  dismiss(): void {
    this.store.set({ notice: undefined });
  }

  /** A slider is being moved: what the server says of it is older. */
  private get isHolding(): boolean {
    return performance.now() - this.holdAt_ms < HOLDING_MS;
  }

  private async loadSound(): Promise<void> {
    if (this.player.sound.isReady) return this.tellSound();
    this.store.set({ sound: "loading" });
    try {
      await this.player.sound.load("/font");
      await this.unmute();
    } catch {
      this.store.set({ sound: "failed" });
    }
  }

  private tellSound(): void {
    const { sound } = this.player;
    if (sound.isReady) this.store.set({ sound: sound.isRunning ? "on" : "waiting" });
  }

  private linked(link: LinkState): void {
    this.store.set(link === "open" ? { link } : { link, reading: undefined });
  }

  private hear(message: Told): void {
    switch (message.type) {
      case "welcome":
        return this.greeted(message);
      case "state":
        this.warmUp(message.ensemble);
        this.store.set({
          state: message,
          hasRecorded: this.view.hasRecorded || message.recording,
          isUnsaved: this.view.isUnsaved || message.recording,
          ...(this.isHolding ? {} : { held: message.held }),
          ...(message.reader === "ready" ? {} : { reading: undefined }),
        });
        return this.follow();
      case "reading":
        return this.camera.isOpen ? this.store.set({ reading: message }) : undefined;
      case "controls":
        this.recorded();
        this.player.controls(message);
        return this.clocked(message.captured_s, message);
      case "setup":
        return this.unheard ? undefined : this.player.setup(message);
      case "notes":
        this.recorded();
        return this.unheard ? undefined : this.player.notes(message);
      case "strike":
        return this.unheard ? undefined : this.player.strike(message.note);
      case "lift":
        return this.player.lift(message.ends);
      case "tune":
        return this.store.set({ tune: message });
      case "hush":
        this.unheard = null;
        return this.player.hush(true);
      case "brief":
        return this.store.set({ brief: message, trail: [...this.view.trail, message.mood].slice(-TRAIL) });
      case "calibration":
        return this.store.set({ calibration: message });
      case "mapping":
        if (this.view.notice?.code === "bad-mapping") this.dismiss(); // it spoke of a table that is given up
        return this.store.set({ mapping: message });
      case "clocks":
        return this.store.set({ clocks: message, withheld_a_s: this.camera.withheld.rate(performance.now() / 1000) });
      case "notice":
        if (message.code === "no-face" || message.code === "face-back") return; // each reading tells it
        if (message.code === "port-back" && this.isAboutAnother(message.text)) return;
        return this.note(message.code, message.text);
      case "error":
        if (message.code === "station-full") return; // the state of the socket tells it, for as long
        return this.note(message.code, message.text);
      case "pong":
        return this.follow();
    }
  }

  /** A later session begins with what this one does, whoever asked for it, unless a wish is still on its way. */
  private follow(): void {
    const { state } = this.view;
    if (!state || !this.link.isCaughtUp) return;
    this.wanted = settingsOf(state);
    this.wantsMusic = state.playing && !state.closing;
  }

  /** There is more than what a file saved before holds. */
  private recorded(): void {
    if (this.view.state?.recording && !this.view.isUnsaved) this.store.set({ isUnsaved: true });
  }

  private greeted(welcome: Welcome): void {
    const { state, resumed } = welcome;
    this.store.set({
      welcome, state, mapping: welcome.mapping, hasRecorded: state.recording || (resumed && this.view.hasRecorded),
      isUnsaved: state.recording || (resumed && this.view.isUnsaved),
    });
    this.warmUp(state.ensemble);
    if (resumed) {
      this.store.set({ held: state.held });
      if (this.unheard && state.playing) this.link.ask(this.unheard);
      else this.unheard = null;
      return;
    }
    this.unheard = null;
    if (state.lacks_ports) this.note("ports-elsewhere", `${PORTS_ELSEWHERE.says} ${PORTS_ELSEWHERE.remedy}`);
    this.player.clear(); // the old session's music was on the old session's clock
    for (const [field, value] of Object.entries(this.view.held)) this.hold(field, value);
    if (this.wantsMusic) this.link.ask({ type: "start" });
  }

  private warmUp(name: string): void {
    const ensemble = this.view.welcome?.ensembles.find((each) => each.name === name);
    if (ensemble) void this.player.warmUp.begin(name, ensemble.players);
  }

  private clocked(captured_s: number, controls: View["controls"]): void {
    this.trips_ms = [...this.trips_ms, performance.now() - captured_s * 1000].slice(-TRIPS);
    const sorted = this.trips_ms.toSorted((a, b) => a - b);
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] as number;
    this.store.set({ controls, roundTrip_ms: { p50: at(0.5), p95: at(0.95) } });
  }

  /** A port that is lost is said for as long as another one comes. */
  private isAboutAnother(isThere: string): boolean {
    const { notice } = this.view;
    return notice?.code === "port-lost" && !notice.text.startsWith(isThere.replace(/there$/, ""));
  }

  /** Say something once; it goes by itself after a while. */
  private note(code: string, text: string): void {
    const notice = { code, text, at_s: performance.now() / 1000 };
    this.store.set({ notice });
    setTimeout(() => this.view.notice === notice && this.dismiss(), NOTICE_MS);
  }
}

const settingsOf = ({ mode, ensemble, seed, tonic, meter, tune }: StateMessage): Settings => ({
  mode, ensemble, seed, tonic, meter, tune,
});

function keptProfile(): object | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(PROFILE_KEY) ?? "null");
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
