import type { ServerEvent } from "./wire.js";

const HEADER_LENGTH_BYTES = 4;
const utf8 = new TextDecoder();

/** A text frame holds one event or, under load, a list of them. Throws SyntaxError where it is not JSON. */
export function decodeText(frame: string): ServerEvent[] {
  const parsed: unknown = JSON.parse(frame);
  return (Array.isArray(parsed) ? parsed : [parsed]) as ServerEvent[];
}

/**
 * A binary frame: length of the JSON header (4 bytes, little endian), the header (an `agent_chunk`), an Arrow IPC
 * stream. The stream is copied out, because Arrow's 64-bit columns need an aligned beginning.
 */
export function decodeBinary(frame: ArrayBuffer): ServerEvent {
  const length = new DataView(frame).getUint32(0, true);
  const start = HEADER_LENGTH_BYTES + length;
  if (start > frame.byteLength) {
    throw new RangeError(`a binary frame of ${frame.byteLength} bytes announces a header of ${length} bytes`);
  }
  const header = JSON.parse(utf8.decode(new Uint8Array(frame, HEADER_LENGTH_BYTES, length)));
  const chunk = { ...header.data.chunk, arrow: new Uint8Array(frame.slice(start)) };
  return { ...header, data: { ...header.data, chunk } } as ServerEvent;
}
