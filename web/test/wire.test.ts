import { expect, it } from "vitest";
import { packFrame, unpack } from "../src/wire.ts";

it("packs a frame as the protocol has it", () => {
  const packed = new DataView(packFrame(258, 12.5, new Uint8Array([0xff, 0xd8, 7]).buffer));
  expect([packed.getUint8(0), packed.getUint8(1), packed.getUint16(2, true)]).toEqual([1, 1, 0]);
  expect(packed.getUint32(4, true)).toBe(258);
  expect(packed.getFloat64(8, true)).toBe(12.5);
  expect([packed.byteLength, packed.getUint8(16), packed.getUint8(18)]).toEqual([19, 0xff, 7]);
});

it("takes messages, and nothing else", () => {
  expect(unpack('{"type": "pong", "id": 1}')).toEqual({ type: "pong", id: 1 });
  for (const text of ["", "{", "null", "[1]", "7", "{}", '{"type": 3}']) expect(unpack(text)).toBeUndefined();
});
