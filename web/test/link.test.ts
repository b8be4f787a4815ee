import { beforeEach, expect, it, vi } from "vitest";
import { Link } from "../src/link.ts";
import type { Told } from "../src/wire.ts";
import { PretendedSocket, pretendBrowser } from "./pretended.ts";

let told: Told["type"][];
let states: string[];
let link: Link;

beforeEach(() => {
  pretendBrowser();
  [told, states] = [[], []];
  link = new Link({
    onTold: ({ type }) => void told.push(type),
    onLink: (state) => void states.push(state),
    settings: () => ({ mode: "gesture" }),
    profile: () => null,
  });
  link.open();
});

it("leaves nobody a session, and hears nothing of it any more", () => {
  const socket = PretendedSocket.last;
  socket.greet();
  expect(link.id).toBe("s1");
  link.leave();
  socket.tell({ type: "calibration" });
  socket.drop(1000);
  expect(socket.wishes.at(-1)).toEqual({ type: "bye" });
  expect([link.id, states.at(-1), told]).toEqual([null, "closed", ["welcome"]]);
  link.open();
  PretendedSocket.last.open();
  expect(PretendedSocket.last.wishes).toMatchObject([{ type: "hello", session: null }]);
});

it("ends a session that was left while the socket was away before another begins", () => {
  PretendedSocket.last.greet();
  PretendedSocket.last.drop(1006);
  link.leave();
  vi.advanceTimersByTime(10_000);
  expect(PretendedSocket.all.length).toBe(1);
  link.open();
  const farewell = PretendedSocket.last;
  farewell.greet({ session: "s1", resumed: true });
  expect(farewell.wishes).toEqual([{ type: "hello", protocol: 1, session: "s1", profile: null }, { type: "bye" }]);
  expect(told).toEqual(["welcome"]);
  farewell.drop(1000);
  PretendedSocket.last.greet({ session: "s2" });
  expect(PretendedSocket.last.wishes).toMatchObject([{ type: "hello", session: null, settings: { mode: "gesture" } }]);
  expect([link.id, states.at(-1)]).toEqual(["s2", "open"]);
});

it("does not insist on ending a session that is over where the station is full", () => {
  PretendedSocket.last.greet();
  PretendedSocket.last.drop(1006);
  link.leave();
  link.open();
  PretendedSocket.last.open();
  PretendedSocket.last.drop(4429);
  PretendedSocket.last.open();
  expect(PretendedSocket.last.wishes).toMatchObject([{ type: "hello", session: null }]);
});

it("takes a socket that says nothing for a dead one, and comes back", () => {
  const socket = PretendedSocket.last;
  socket.greet();
  for (let s = 0; s < 20; s++) {
    vi.advanceTimersByTime(1000);
    socket.tell({ type: "clocks" });
  }
  expect(states.at(-1)).toBe("open");
  vi.advanceTimersByTime(8000);
  expect(states).toContain("waiting");
  vi.advanceTimersByTime(500);
  expect(PretendedSocket.last).not.toBe(socket);
  PretendedSocket.last.open();
  expect(PretendedSocket.last.wishes).toMatchObject([{ type: "hello", session: "s1" }]);
});

it("knows which wishes were heard", () => {
  const socket = PretendedSocket.last;
  socket.greet();
  socket.answer();
  expect(link.isCaughtUp).toBe(true);
  expect(link.ask({ type: "start" })).toBe(true);
  expect(link.isCaughtUp).toBe(false);
  socket.answer();
  expect(link.isCaughtUp).toBe(true);
  socket.drop(1006);
  expect(link.ask({ type: "start" })).toBe(false);
});
