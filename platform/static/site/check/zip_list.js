// The list of files at a zip's end, read as Python's zipfile reads it.
import { LIMITS } from "./messages.js";
import { LeftToServer } from "./problems.js";

const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const RECORD_BYTES = 46;
const LOCAL_BYTES = 30;
const LONGEST_COMMENT = 1 << 16;
const LATEST_VERSION = 63;
const END = 0x06054b50;
const LOCATOR = 0x07064b50;
const RECORD = 0x02014b50;
const LOCAL = 0x04034b50;
const UNKNOWN = 0xffffffff;
const UTF_8_NAME = 0x800;
const IN_ZIP64 = "leftZip64";

// What zipfile would refuse with an error of its own.
export class Damage extends Error {}

export const viewOf = async (blob, from, bytes) => {
  const buffer = await blob.slice(Math.max(0, from), Math.max(0, from) + bytes).arrayBuffer();
  return new DataView(buffer);
};

const named = (bytes, isUtf8) => {
  if (!isUtf8) return Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : LIMITS.oldZipNames[byte - 128])).join("");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Damage();
  }
};

const bytesOf = (view, at, length) => new Uint8Array(view.buffer, view.byteOffset + at, Math.min(length, view.byteLength - at));

// Where the end record lies, or null.
const endOf = (tail, size) => {
  const from = size - tail.byteLength;
  const last = tail.byteLength - END_BYTES;
  if (last < 0) return null;
  if (tail.getUint32(last, true) === END && tail.getUint16(last + 20, true) === 0) return from + last;
  for (let at = tail.byteLength - 4; at >= 0; at -= 1) {
    if (tail.getUint32(at, true) === END) return at <= last ? from + at : null;
  }
  return null;
};

const checkExtra = (extra, record) => {
  const view = new DataView(extra.buffer, extra.byteOffset, extra.byteLength);
  for (let at = 0; at + 4 <= extra.length;) {
    const length = view.getUint16(at + 2, true);
    if (at + 4 + length > extra.length) throw new Damage();
    const isZip64 = view.getUint16(at, true) === 1;
    if (isZip64 && [record.size, record.packedSize, record.at].includes(UNKNOWN)) throw new LeftToServer(IN_ZIP64);
    at += 4 + length;
  }
};

const recordAt = (view, at, concat) => {
  if (at + RECORD_BYTES > view.byteLength || view.getUint32(at, true) !== RECORD) throw new Damage();
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
  const flags = view.getUint16(at + 8, true);
  const originalName = named(bytesOf(view, at + RECORD_BYTES, nameBytes), flags & UTF_8_NAME);
  const record = {
    originalName,
    name: originalName.split("\0", 1)[0],
    flags,
    method: view.getUint16(at + 10, true),
    checksum: view.getUint32(at + 16, true),
    packedSize: view.getUint32(at + 20, true),
    size: view.getUint32(at + 24, true),
    mode: view.getUint32(at + 38, true) >>> 16,
    at: view.getUint32(at + 42, true),
    bytes: RECORD_BYTES + nameBytes + extraBytes + commentBytes,
  };
  if (view.getUint16(at + 6, true) > LATEST_VERSION) throw new Damage();
  checkExtra(bytesOf(view, at + RECORD_BYTES + nameBytes, extraBytes), record);
  record.at += concat;
  record.isFolder = record.name.endsWith("/");
  return record;
};

// All records. `tooLong` is called when the list has more bytes than may be read.
export const readList = async (blob, mostBytes, tooLong) => {
  const tail = await viewOf(blob, blob.size - END_BYTES - LONGEST_COMMENT, END_BYTES + LONGEST_COMMENT);
  const end = endOf(tail, blob.size);
  if (end === null) throw new Damage();
  const locator = await viewOf(blob, end - LOCATOR_BYTES, LOCATOR_BYTES);
  if (end >= LOCATOR_BYTES && locator.getUint32(0, true) === LOCATOR) throw new LeftToServer(IN_ZIP64);
  const record = await viewOf(blob, end, END_BYTES);
  const [length, offset] = [record.getUint32(12, true), record.getUint32(16, true)];
  const concat = end - length - offset;
  if (offset + concat < 0) throw new Damage();
  if (length > mostBytes) throw tooLong();
  const list = await viewOf(blob, offset + concat, length);
  const records = [];
  for (let at = 0; at < length;) {
    records.push(recordAt(list, at, concat));
    at += records.at(-1).bytes;
  }
  return records;
};

// Where the packed bytes of a record begin. Throws Damage where its own header contradicts the list.
export const dataAt = async (blob, record) => {
  const header = await viewOf(blob, record.at, LOCAL_BYTES);
  if (record.at < 0 || header.byteLength < LOCAL_BYTES || header.getUint32(0, true) !== LOCAL) throw new Damage();
  const [nameBytes, extraBytes] = [header.getUint16(26, true), header.getUint16(28, true)];
  const name = await viewOf(blob, record.at + LOCAL_BYTES, nameBytes);
  const isUtf8 = header.getUint16(6, true) & UTF_8_NAME;
  if (record.flags & 0x60 || named(bytesOf(name, 0, nameBytes), isUtf8) !== record.originalName) throw new Damage();
  return record.at + LOCAL_BYTES + nameBytes + extraBytes;
};
