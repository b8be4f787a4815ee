import { expect, it, vi } from "vitest";
import { MidiOut } from "../src/midi.ts";

type Sent = readonly [readonly number[], number | undefined];

it("silences an output that is left, also what it was given ahead", async () => {
  vi.useFakeTimers();
  const sent: Record<string, Sent[]> = { a: [], b: [] };
  const port = (id: string) => [id, { id, name: id, send: (bytes: number[], at_ms?: number) => void sent[id]?.push([bytes, at_ms]) }];
  vi.stubGlobal("navigator", { requestMIDIAccess: async () => ({ outputs: new Map([port("a"), port("b")] as never) }) });
  const midi = new MidiOut();
  await midi.ask(() => {});
  midi.choose("a");
  midi.noteOn(0, 60, 90, performance.now() + 160);
  vi.advanceTimersByTime(50);
  midi.choose("b");
  const last = sent.a?.filter(([[status, controller]]) => status === 0xb0 && controller === 123);
  expect(last?.map(([, at_ms]) => at_ms)).toEqual([0, performance.now() + 200]);
  expect(sent.b).toEqual([]);
  midi.choose("b");
  expect(sent.b).toEqual([]);
});
