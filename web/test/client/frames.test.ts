import { columnFromArray, decimal, tableFromArrays, tableFromColumns, tableToIPC } from "@uwdata/flechette";
import { describe, expect, it } from "vitest";

import { decodeBinary, decodeText } from "deadstop-client";
import { arrowBatch } from "../../src/model/values/rows";

function binaryFrame(header: object, body: Uint8Array): ArrayBuffer {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const frame = new Uint8Array(4 + text.length + body.length);
  new DataView(frame.buffer).setUint32(0, text.length, true);
  frame.set(text, 4);
  frame.set(body, 4 + text.length);
  return frame.buffer;
}

describe("frames", () => {
  it("hold one event or a list of them", () => {
    const event = { event: "agent_chunk", data: {} };
    expect(decodeText(JSON.stringify(event))).toEqual([event]);
    expect(decodeText(JSON.stringify([event, event]))).toHaveLength(2);
  });

  it("carry rows as Arrow behind a header of any length", () => {
    const arrow = tableToIPC(tableFromArrays({ n: [1n, 2n ** 60n], s: ["a", null] }), { format: "stream" });
    for (const pad of ["", "x", "xx", "xxx"]) {
      const chunk = { type: "table_rows", encoding: "arrow", pad };
      const event = decodeBinary(binaryFrame({ event: "agent_chunk", data: { session_id: "s", seq: 7, chunk } }, arrow!));
      const { data } = event as unknown as { data: { seq: number; chunk: { arrow: Uint8Array } } };
      const batch = arrowBatch(data.chunk.arrow);
      expect(data.seq).toBe(7);
      expect(batch.length).toBe(2);
      expect(batch.wire(batch.cell(1, 0), 0)).toBe(String(2n ** 60n));
      expect(batch.wire(batch.cell(1, 1), 1)).toBeNull();
    }
  });

  it("keep every digit of a decimal", () => {
    const amounts = columnFromArray([12345678901234567n, 150n, -5n], decimal(38, 2, 128));
    const batch = arrowBatch(tableToIPC(tableFromColumns({ amounts }), { format: "stream" })!);
    expect([0, 1, 2].map((row) => batch.wire(batch.cell(row, 0), 0))).toEqual(["123456789012345.67", "1.50", "-0.05"]);
  });

  it("refuse a header longer than the frame", () => {
    const frame = new Uint8Array(8);
    new DataView(frame.buffer).setUint32(0, 999, true);
    expect(() => decodeBinary(frame.buffer)).toThrow("announces a header of 999 bytes");
  });
});
