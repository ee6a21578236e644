// The header line, and how it differs from the one expected. The twin of grader/scoring/header.py.
import { LIMITS, PREDICTIONS as SAY } from "./messages.js";
import { refusal } from "./problems.js";
import { csvCells, isFloat, quoted, strip } from "./python_text.js";

const [LF, CR] = [10, 13];
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];
const same = (some, others) => some.length === others.length && some.every((name, at) => name === others[at]);

const difference = (line, found, columns) => {
  const [shown, expected] = [quoted(line), columns.join(",")];
  const say = (wording, values = {}) => refusal(wording, { line: shown, expected, ...values }, 1);
  const tidy = found.map((name) => strip(name).toLowerCase());
  const wanted = columns.map((name) => name.toLowerCase());
  const missing = columns.filter((name) => !found.includes(name));
  const extra = found.filter((name) => !columns.includes(name));
  for (const [separator, name] of Object.entries(LIMITS.separators)) {
    if (line.includes(separator) && !line.includes(",")) return say(SAY.OTHER_SEPARATOR, { separator: name });
  }
  if (!strip(line)) return say(SAY.HEADER_BLANK);
  if (found.every(isFloat)) return say(SAY.HEADER_MISSING);
  if (same(tidy, wanted)) return say(SAY.HEADER_UNTIDY);
  if (same([...tidy].sort(), [...wanted].sort())) return say(SAY.HEADER_OTHER_ORDER);
  if (!missing.length && same(extra, [""])) return say(SAY.HEADER_UNNAMED);
  if (!missing.length && extra.length) return say(SAY.HEADER_MORE, { names: extra.slice(0, 3).map(quoted).join(", ") });
  if (missing.length && !extra.length) return say(SAY.HEADER_LACKS, { names: missing.map(quoted).join(", ") });
  return say(SAY.HEADER_OTHER);
};

// Reads the first line of the first block; returns where the second begins. Throws Refusal unless it holds `columns`.
export const readHeader = (block, columns) => {
  let end = 0;
  while (end < Math.min(block.length, LIMITS.lineCharacters) && block[end] !== LF && block[end] !== CR) end += 1;
  const marked = BYTE_ORDER_MARK.every((byte, at) => block[at] === byte) && end >= BYTE_ORDER_MARK.length;
  const bytes = block.subarray(marked ? BYTE_ORDER_MARK.length : 0, end);
  const line = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const found = csvCells(line) ?? [line];
  if (!same(found, columns)) throw difference(line, found, columns);
  return end + (block[end] === CR && block[end + 1] === LF ? 2 : 1);
};
