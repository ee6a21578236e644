// Checks that a zip lists exactly the files of one SavedModel: the twin of grader/model_runner/zip_directory.py.
import { ARCHIVE as SAY, LIMITS } from "./messages.js";
import { refusal } from "./problems.js";
import { quoted, thousands } from "./python_text.js";
import { Damage, readList, viewOf } from "./zip_list.js";

const [END_BYTES, LOCAL_BYTES] = [22, 30];
const [END, LOCAL] = [0x06054b50, 0x04034b50];
const [UNKNOWN_16, UNKNOWN_32] = [0xffff, 0xffffffff];
const [KIND, REGULAR, FOLDER] = [0o170000, 0o100000, 0o040000];
const GRAPH = "saved_model.pb";
const NAME_PART = /^[A-Za-z0-9_][A-Za-z0-9_. -]*$/;
const LAYOUT = new RegExp(
  "^(?:saved_model\\.pb|fingerprint\\.pb|keras_metadata\\.pb" +
  "|variables/variables\\.index|variables/variables\\.data-\\d{5}-of-\\d{5}|(?:assets|assets\\.extra)/.+)$",
);
const FOLDERS = /^(?:variables|(?:assets|assets\.extra)(?:\/.+)?)$/;

const checkEnd = async (file, limits) => {
  if (file.size < END_BYTES) throw refusal(SAY.NO_ZIP);
  const start = (await viewOf(file, 0, 4)).getUint32(0, true);
  const end = await viewOf(file, file.size - END_BYTES, END_BYTES);
  const [disk, firstDisk, here, count] = [4, 6, 8, 10].map((at) => end.getUint16(at, true));
  const [length, offset] = [12, 16].map((at) => end.getUint32(at, true));
  if (start !== LOCAL && start !== END) throw refusal(SAY.NO_ZIP);
  if (end.getUint32(0, true) !== END || end.getUint16(20, true)) throw refusal(SAY.NO_END);
  if (count === UNKNOWN_16 || length === UNKNOWN_32 || offset === UNKNOWN_32) throw refusal(SAY.ZIP64);
  if (disk || firstDisk || here !== count) throw refusal(SAY.ONE_PART);
  if (count > limits.maxEntries || length > LIMITS.archiveListBytes) {
    throw refusal(SAY.MANY_FILES, { count: thousands(count), most: limits.maxEntries });
  }
  if (offset + length + END_BYTES !== file.size) throw refusal(SAY.OTHER_DATA);
  return [count, offset];
};

const isClutter = ({ name }) => name.startsWith("__MACOSX/") || name.split("/").at(-1) === ".DS_Store";

const checkRecord = (record) => {
  const name = quoted(record.name);
  const parts = record.originalName.replace(/\/+$/, "").split("/");
  const isSound = parts.every((part) => NAME_PART.test(part) && part.length <= LIMITS.archiveNameCharacters);
  if (!isSound || parts.length > LIMITS.archiveDepth) throw refusal(SAY.NO_NAME, { name });
  const kind = record.mode & KIND;
  if (![0, REGULAR, FOLDER].includes(kind) || (kind === FOLDER && !record.isFolder)) throw refusal(SAY.LINK, { name });
  if (record.flags & 1) throw refusal(SAY.ENCRYPTED, { name });
  if (record.method !== 0 && record.method !== 8) throw refusal(SAY.OTHER_METHOD, { name, method: record.method });
  if (record.isFolder && record.size) throw refusal(SAY.FULL_FOLDER, { name });
};

const checkSpans = async (file, records, listAt) => {
  let end = 0;
  for (const record of [...records].sort((one, other) => one.at - other.at)) {
    const header = await viewOf(file, record.at, LOCAL_BYTES);
    if (header.byteLength < LOCAL_BYTES || header.getUint32(0, true) !== LOCAL) throw refusal(SAY.DAMAGED);
    if (record.at < end) throw refusal(SAY.OVERLAID);
    const namesBytes = header.getUint16(26, true) + header.getUint16(28, true);
    end = record.at + LOCAL_BYTES + namesBytes + record.packedSize;
  }
  if (end > listAt) throw refusal(SAY.OVERLAID);
};

const refuseOtherFormats = (name) => {
  const found = LIMITS.otherFormats.find(([ending]) => name.toLowerCase().endsWith(ending));
  if (found) throw refusal(SAY.OTHER_FORMAT, { name: quoted(name), kind: found[1], cure: found[2] });
};

const rootOf = (names) => {
  if (!names.length) throw refusal(SAY.NO_FILE);
  const roots = names.filter((name) => name.split("/").at(-1) === GRAPH).map((name) => name.slice(0, -GRAPH.length));
  if (!roots.length) {
    names.forEach(refuseOtherFormats);
    throw refusal(SAY.NO_GRAPH);
  }
  const root = roots.reduce((shortest, other) => (other.length < shortest.length ? other : shortest));
  if (root.split("/").length > 2) throw refusal(SAY.TOO_DEEP, { folder: quoted(root) });
  return root;
};

const within = (name, root) => (name.startsWith(root) ? name.slice(root.length) : name);

const checkLayout = (names, folders, root) => {
  const seen = new Set();
  for (const name of names) {
    const path = within(name, root);
    if (!name.startsWith(root) || !LAYOUT.test(path)) {
      refuseOtherFormats(name);
      throw refusal(SAY.NO_PART, { name: quoted(name) });
    }
    const key = path.toLowerCase();
    if (seen.has(key)) throw refusal(SAY.TWICE, { name: quoted(path) });
    seen.add(key);
  }
  for (const key of seen) {
    const parts = key.split("/");
    const isInAFile = parts.some((_, depth) => depth && seen.has(parts.slice(0, depth).join("/")));
    if (isInAFile) throw refusal(SAY.IN_A_FILE, { name: quoted(key) });
  }
  for (const folder of folders) {
    const path = `${folder.replace(/\/+$/, "")}/`;
    const inside = within(path, root).replace(/\/+$/, "");
    if (path !== root && (!path.startsWith(root) || !FOLDERS.test(inside))) {
      throw refusal(SAY.FOLDER_NO_PART, { name: quoted(folder) });
    }
  }
};

// Returns how many files the model has. Throws Refusal, or LeftToServer where it cannot be judged here.
export const checkArchive = async (file, ownLimits) => {
  const limits = { maxUnpackedBytes: LIMITS.archiveUnpackedBytes, maxEntries: LIMITS.archiveEntries, ...ownLimits };
  if (file.size > limits.maxZipBytes) {
    throw refusal(SAY.LARGE_ARCHIVE, { size: thousands(file.size), most: thousands(limits.maxZipBytes) });
  }
  const [count, listAt] = await checkEnd(file, limits);
  let all;
  try {
    all = await readList(file, LIMITS.archiveListBytes, () => refusal(SAY.DAMAGED));
  } catch (problem) {
    throw problem instanceof Damage ? refusal(SAY.DAMAGED) : problem;
  }
  if (all.length !== count) throw refusal(SAY.DAMAGED);
  const records = all.filter((record) => !isClutter(record));
  records.forEach(checkRecord);
  await checkSpans(file, all, listAt);
  const files = records.filter(({ isFolder }) => !isFolder);
  const size = files.reduce((sum, record) => sum + record.size, 0);
  if (size > limits.maxUnpackedBytes) {
    throw refusal(SAY.UNPACKS_TO, { size: thousands(size), most: thousands(limits.maxUnpackedBytes) });
  }
  const names = files.map(({ name }) => name);
  const root = rootOf(names);
  checkLayout(names, records.filter(({ isFolder }) => isFolder).map(({ name }) => name), root);
  return names.length;
};
