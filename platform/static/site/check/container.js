// Opens what was chosen (.csv, .csv.gz, or a .zip of one CSV) as bounded blocks of bytes; the kind is told by the
// first bytes. The twin of grader/scoring/container.py.
import { LIMITS, PREDICTIONS as SAY } from "./messages.js";
import { LeftToServer, refusal } from "./problems.js";
import { quoted, thousands } from "./python_text.js";
import { dataAt, Damage, readList } from "./zip_list.js";

const GZIP = [0x1f, 0x8b];
const [STORED, DEFLATED] = [0, 8];
const NAMED_FILES = 3;
const isZip = (magic) => [[0x50, 0x4b, 3, 4], [0x50, 0x4b, 5, 6]].some((known) => beginsWith(magic, known));
const beginsWith = (bytes, magic) => magic.every((byte, at) => bytes[at] === byte);

const CHECKSUMS = Uint32Array.from({ length: 256 }, (_, n) => {
  let sum = n;
  for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  return sum >>> 0;
});

async function* blocksOf(stream) {
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

// Several gzip files one behind the other, or padded with zeros, are one to the server; here they are an error.
const isPlainGzip = async (file) => {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (bytes.subarray(-4).every((byte) => byte === 0)) return false;
  for (let at = bytes.indexOf(0x1f, 3); at >= 0; at = bytes.indexOf(0x1f, at + 1)) {
    if (bytes[at + 1] === 0x8b && bytes[at + 2] === 8) return false;
  }
  return true;
};

async function* gunzipped(file) {
  try {
    yield* blocksOf(file.stream().pipeThrough(new DecompressionStream("gzip")));
  } catch {
    if (await isPlainGzip(file)) throw refusal(SAY.DAMAGED, { packing: "gzip" });
    throw new LeftToServer("leftGzip");
  }
}

async function* unzipped(file, record) {
  const damage = () => refusal(SAY.DAMAGED, { packing: "zip" });
  let [left, sum] = [record.size, 0xffffffff];
  try {
    const from = await dataAt(file, record);
    const packed = file.slice(from, from + record.packedSize).stream();
    const stream = record.method === STORED ? packed : packed.pipeThrough(new DecompressionStream("deflate-raw"));
    for await (const block of blocksOf(stream)) {
      const part = block.subarray(0, left);
      for (let at = 0; at < part.length; at += 1) sum = CHECKSUMS[(sum ^ part[at]) & 0xff] ^ (sum >>> 8);
      left -= part.length;
      if (part.length) yield part;
    }
  } catch (problem) {
    throw problem instanceof Damage || problem instanceof TypeError ? damage() : problem;
  }
  if ((sum ^ 0xffffffff) >>> 0 !== record.checksum) throw damage();
}

const isClutter = ({ name }) => {
  const parts = name.split("/");
  return name.endsWith("/") || (parts.length > 1 && parts[0] === "__MACOSX") || parts.at(-1) === ".DS_Store";
};

const onlyMember = async (file) => {
  let records;
  try {
    records = await readList(file, LIMITS.zipListBytes, () => refusal(SAY.LONG_ZIP_LIST));
  } catch (problem) {
    throw problem instanceof Damage ? refusal(SAY.DAMAGED, { packing: "zip" }) : problem;
  }
  if (records.some(({ name }) => name === "[Content_Types].xml")) throw refusal(SAY.WORKBOOK);
  if (records.some(({ name }) => name.split("/").at(-1) === "saved_model.pb")) throw refusal(SAY.MODEL_INSIDE);
  const files = records.filter((record) => !isClutter(record));
  if (!files.length) throw refusal(SAY.NO_FILE_INSIDE);
  if (files.length > 1) {
    const more = files.length - NAMED_FILES;
    const names = files.slice(0, NAMED_FILES).map(({ name }) => quoted(name)).join(", ");
    const values = { count: thousands(files.length), names, more: thousands(more) };
    throw refusal(more > 0 ? SAY.MANY_MORE_INSIDE : SAY.MANY_INSIDE, values);
  }
  const [only] = files;
  if (only.flags & 1) throw refusal(SAY.ENCRYPTED);
  if (![STORED, DEFLATED].includes(only.method)) throw refusal(SAY.OTHER_METHOD, { method: only.method });
  return only;
};

const checkHead = (head, packing) => {
  const begins = head.subarray(0, LIMITS.sniffedBytes);
  if (!begins.length) throw refusal(SAY.EMPTY_INSIDE, { packing });
  if (LIMITS.utf16.some((magic) => beginsWith(begins, magic))) throw refusal(SAY.UTF_16);
  const binary = LIMITS.binary.find(([magic]) => beginsWith(begins, magic));
  if (binary) throw refusal(packing ? SAY.BINARY_INSIDE : SAY.BINARY_FILE, { packing, kind: binary[1] });
  if (begins.includes(0)) throw refusal(SAY.NUL_BYTES);
};

const joined = (blocks, bytes) => {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const block of blocks) {
    whole.set(block, at);
    at += block.length;
  }
  return whole;
};

// Blocks, the first with as much as the server looks at before it says anything. Throws Refusal for what is too much.
async function* bounded(blocks, mostBytes, packing) {
  let [bytes, first, firstBytes] = [0, [], 0];
  const head = () => {
    const whole = joined(first, firstBytes);
    checkHead(whole, packing);
    first = null;
    return whole;
  };
  for await (const block of blocks) {
    bytes += block.length;
    if (bytes > mostBytes) {
      const megabytes = (mostBytes / 1e6).toFixed(1).replace(/\.0$/, "").replace(/\B(?=(\d{3})+(?!\d))/g, ",");
      throw refusal(SAY.EXPANDS, { megabytes });
    }
    if (first) {
      first.push(block);
      firstBytes += block.length;
      if (firstBytes >= LIMITS.bufferBytes) yield head();
    } else {
      yield block;
    }
  }
  if (first) yield head();
}

// The CSV's bytes from the first one on, a byte order mark included, as an asynchronous iterator of blocks.
export const openCsv = async (file, { maxBytes, maxUnpackedBytes }) => {
  if (!file.size) throw refusal(SAY.EMPTY_FILE);
  if (file.size > maxBytes) {
    throw refusal(SAY.LARGE_FILE, { size: thousands(file.size), most: thousands(maxBytes) });
  }
  const magic = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  if (isZip(magic)) return bounded(unzipped(file, await onlyMember(file)), maxUnpackedBytes, "zip");
  if (beginsWith(magic, GZIP)) return bounded(gunzipped(file), maxUnpackedBytes, "gzip");
  return bounded(blocksOf(file.stream()), maxUnpackedBytes, "");
};

