import { beforeEach, expect, it, vi } from "vitest";
import { Desk } from "../src/label/desk.ts";

let now_ms: number;
let asked: string[];
let labels: number;
let desk: Desk;
let held: Promise<void> | undefined;

beforeEach(async () => {
  [now_ms, asked, labels, held] = [0, [], 0, undefined];
  vi.stubGlobal("location", { hash: "" });
  vi.stubGlobal("history", { replaceState: () => {} });
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path.split("?")[0] as string);
    if (path.startsWith("/desk/summary")) await held;
    if (path === "/desk/labels") labels++;
    const faces = [labels, labels + 1].map((face) => ({ face, aspect: 1, place: [0, 0, 1, 1], is_chip: false, suggested: null }));
    const body = path === "/desk" ? { annotator: "ann", classes: [] } : { faces, progress: { faces: 9 }, last: { label: 1, face: 0 } };
    return { ok: true, json: async () => body, blob: async () => new Blob() };
  });
  desk = new Desk(() => {}, () => now_ms);
  await desk.open();
});

it("takes the second click of a double-click for the face that is gone", async () => {
  now_ms = 1000;
  await desk.say("class", "happy");
  now_ms += 150;
  await desk.say("class", "happy", true);
  expect([labels, desk.view.face?.face]).toEqual([1, 1]);
  await desk.say("class", "sad"); // a key or another button
  expect(labels).toBe(2);
  now_ms += 450;
  await desk.say("class", "sad", true); // a quick hand on one button
  expect(labels).toBe(3);
});

it("lets nothing be said while the sitting is summed up, which is done once", async () => {
  let go = (): void => {};
  held = new Promise((done) => (go = done));
  const summing = desk.pause();
  await desk.say("class", "happy");
  await desk.pause();
  go();
  await summing;
  expect(asked.filter((path) => path === "/desk/labels" || path === "/desk/summary")).toEqual(["/desk/summary"]);
  expect([desk.view.isBusy, desk.view.session !== undefined]).toEqual([false, true]);
});
