import { beforeEach, describe, expect, it, vi } from "vitest";
import { Instrument } from "../src/instrument.ts";
import { START } from "../src/store.ts";
import { listeners, notes, PretendedSocket, pretendBrowser, setup, state } from "./pretended.ts";

vi.mock("../src/audio.ts", async () => ({ Sound: (await import("./pretended.ts")).PretendedSound }));

let i: Instrument;
let camera: { isOpen: boolean };

const socket = (): PretendedSocket => PretendedSocket.last;
const hello = () => socket().wishes.find(({ type }) => type === "hello");
/** The server is killed and started again, or only the socket was away. */
const comeBack = (welcome: object = { session: "s2" }): void => {
  socket().drop(1006);
  vi.advanceTimersByTime(300);
  socket().greet(welcome);
};

beforeEach(async () => {
  pretendBrowser();
  i = new Instrument();
  camera = Object.defineProperty(i.camera, "isOpen", { value: false, writable: true });
  i.camera.open = async () => undefined;
  i.camera.close = () => {};
  Object.assign(i.camera.video, { requestVideoFrameCallback: () => 0, cancelVideoFrameCallback: () => {} });
  await i.enter("hand");
  socket().greet();
  socket().answer();
});

describe("who leaves", () => {
  it("leaves the next visitor nothing", async () => {
    i.choose({ ensemble: "quartet", seed: 7, mode: "gesture" });
    i.hold("tempo_bpm", 60);
    vi.advanceTimersByTime(100);
    i.hold("density", 2);
    for (const type of ["calibration", "brief", "tune", "controls"]) {
      socket().tell({ type, state: "done", profile: { cues: {} }, mood: { valence: 1, arousal: 1 }, channels: [] });
    }
    i.start();
    const former = socket();
    i.leave();
    const { sound, midi, midiPorts } = i.view;
    expect(i.view).toEqual({ ...START, sound, midi, midiPorts });
    vi.advanceTimersByTime(1000);
    expect(former.wishes.at(-1)).toEqual({ type: "bye" });
    await i.enter("hand");
    socket().greet({ session: "s2" });
    vi.advanceTimersByTime(1000);
    expect(socket().wishes).toEqual([{ type: "hello", protocol: 1, session: null, settings: { mode: "hand" }, profile: null }]);
  });
});

describe("what a later session begins with", () => {
  it("is no seed that the server refuses", () => {
    expect([-1, 0.5, Number.NaN, 2 ** 31].map((seed) => i.choose({ seed }))).toEqual([false, false, false, false]);
    expect(socket().wishes.length).toBe(1);
    expect(i.choose({ seed: 2 ** 31 - 1 })).toBe(true);
  });

  it("is nothing that was refused", () => {
    i.choose({ ensemble: "none of these" });
    socket().tell({ type: "error", code: "bad-message", text: "…", about: "settings" });
    socket().answer();
    comeBack();
    expect(hello()).toMatchObject({ settings: { ensemble: "piano" } });
  });

  it("is what was chosen or started elsewhere", () => {
    socket().tell({ ...state, mode: "gesture", playing: true });
    comeBack();
    expect(socket().wishes).toMatchObject([{ type: "hello", settings: { mode: "gesture" } }, { type: "start" }]);
    socket().answer();
    expect(i.view.state?.playing).toBe(false);
    comeBack({ session: "s3" });
    expect(socket().wishes.length).toBe(1);
  });

  it("is a wish that the server has not heard yet, whatever it still says", () => {
    i.start();
    i.choose({ mode: "hand" });
    socket().tell({ ...state, ports: [{ name: "p", kind: "osc", alive: true }] });
    comeBack();
    expect(socket().wishes).toMatchObject([{ type: "hello", settings: { mode: "hand" } }, { type: "start" }]);
  });
});

it("does not play on what was stopped while the socket was away", () => {
  i.start();
  socket().tell({ ...state, playing: true });
  socket().answer();
  socket().drop(1006);
  i.stop();
  vi.advanceTimersByTime(300);
  socket().greet({ resumed: true, state: { ...state, playing: true } });
  socket().tell(setup(0));
  socket().tell(notes([[1, 1, 1, 0, 60, 90]]));
  expect(i.player.timeline.notes).toEqual([]);
  expect(socket().wishes.at(-1)).toEqual({ type: "stop", how: "now" });
  socket().tell({ type: "hush", from_s: 0, why: "stop" });
  socket().tell(notes([[2, 1, 1, 0, 60, 90]]));
  expect(i.player.timeline.notes.length).toBe(1);
});

it("shows a reading only of the camera that is on, and none when the reader is lost", () => {
  const reading = { type: "reading", seq: 1, captured_s: 0, dropped: 0, faces: [], ms: {} };
  socket().tell(reading);
  expect(i.view.reading).toBeUndefined();
  camera.isOpen = true;
  socket().tell(reading);
  expect(i.view.reading?.seq).toBe(1);
  socket().tell({ ...state, reader: "lost" });
  expect(i.view.reading).toBeUndefined();
});

it("remembers that there are readings to export, until another session begins", () => {
  socket().tell({ ...state, recording: true });
  socket().tell(state);
  expect(i.view.hasRecorded).toBe(true);
  comeBack({ resumed: true });
  expect(i.view.hasRecorded).toBe(true);
  comeBack();
  expect(i.view.hasRecorded).toBe(false);
});

it("has the browser ask who leaves while something is recorded that no file holds", async () => {
  const asks = (): boolean => {
    let isAsked = false;
    listeners.get("beforeunload")?.({ preventDefault: () => (isAsked = true) });
    return isAsked;
  };
  const save = async (kind: string, ok = true): Promise<void> => {
    const answer = { ok, status: 409, blob: async () => new Blob(), headers: new Headers(), json: async () => ({ error: "no" }) };
    vi.stubGlobal("fetch", async () => answer);
    vi.stubGlobal("document", { createElement: () => ({ click: () => {} }) });
    await i.export(kind);
  };
  expect(asks()).toBe(false);
  socket().tell({ ...state, recording: true });
  expect(asks()).toBe(true);
  socket().tell(state); // no longer recorded, and not saved yet
  expect(asks()).toBe(true);
  await save("session", false);
  await save("mid");
  expect(asks()).toBe(true);
  await save("session");
  expect(asks()).toBe(false);
  socket().tell({ ...state, recording: true });
  await save("csv");
  expect(asks()).toBe(false);
  socket().tell(notes([])); // recorded on since
  expect(asks()).toBe(true);
  comeBack({ resumed: true, state: { ...state, recording: true } });
  expect(asks()).toBe(true);
  comeBack(); // another session: there is nothing of the old one left to save
  expect(asks()).toBe(false);
});

it("takes up a camera that was away by itself, and only where it is allowed", async () => {
  let state = "prompt";
  let tries = 0;
  vi.stubGlobal("navigator", { permissions: { query: async () => ({ state }) } });
  i.camera.open = async () => {
    tries++;
    return "missing";
  };
  await i.openCamera();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(tries).toBe(1); // what the person asked for
  state = "granted";
  await vi.advanceTimersByTimeAsync(3000);
  expect([tries, i.view.camera]).toEqual([2, "missing"]);
  i.camera.open = async () => {
    camera.isOpen = true;
    return undefined;
  };
  await vi.advanceTimersByTimeAsync(3000);
  expect(i.view.camera).toBe("on");
  i.closeCamera();
  camera.isOpen = false;
  i.camera.open = async () => void tries++;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(tries).toBe(2); // it is no longer wanted
});

it("counts the pictures that the server was not ready for", async () => {
  let told: (now_ms: number, frame: object) => void = () => {};
  Object.assign(i.camera.video, { requestVideoFrameCallback: (tell: typeof told) => (told = tell) && 0 });
  Object.assign(i.camera, { shoot: async (captured_s: number) => ({ captured_s, jpeg: new ArrayBuffer(4), width_px: 1, height_px: 1 }) });
  Object.defineProperty(socket(), "send", { value: () => {} });
  camera.isOpen = true;
  await i.openCamera();
  socket().tell({ type: "clocks", read_a_s: 0, dropped_a_s: 0 });
  for (let presented = 1; presented <= 15; presented += 2) { // of every second one the browser tells nobody
    told(0, { presentedFrames: presented });
    await Promise.resolve();
  }
  vi.advanceTimersByTime(1000);
  socket().tell({ type: "clocks", read_a_s: 1, dropped_a_s: 0 });
  expect(i.view.withheld_a_s).toBeCloseTo(14, 0);
});

it("lets no port that comes take the place of another that is lost", () => {
  socket().tell({ type: "notice", code: "port-lost", text: "osc a:1 is not there (no such host): check" });
  socket().tell({ type: "notice", code: "port-back", text: "midi b.mid is there" });
  expect(i.view.notice?.code).toBe("port-lost");
  socket().tell({ type: "notice", code: "port-back", text: "osc a:1 is there" });
  expect(i.view.notice?.code).toBe("port-back");
});

it("says once that another page has the ports of the server", () => {
  comeBack({ session: "s2", state: { ...state, lacks_ports: true } });
  expect(i.view.notice?.text).toContain("play for another page");
  i.dismiss();
  comeBack({ session: "s2", resumed: true, state: { ...state, lacks_ports: true } });
  expect(i.view.notice).toBeUndefined();
});

it("lets no face that comes or goes take the place of a notice", () => {
  socket().tell({ type: "notice", code: "port-lost", text: "osc is gone" });
  socket().tell({ type: "notice", code: "no-face", text: "no face is seen" });
  expect(i.view.notice?.code).toBe("port-lost");
});

it("says no longer that a table was refused when another one is in force", () => {
  socket().tell({ type: "error", code: "bad-mapping", text: "row [tempo_bpm]: …", about: "mapping" });
  expect(i.view.notice?.code).toBe("bad-mapping");
  socket().tell({ type: "mapping", toml: "", rows: [], cues: [], controls: [] });
  expect(i.view.notice).toBeUndefined();
  socket().tell({ type: "notice", code: "port-lost", text: "osc is gone" });
  socket().tell({ type: "mapping", toml: "", rows: [], cues: [], controls: [] });
  expect(i.view.notice?.code).toBe("port-lost");
});
