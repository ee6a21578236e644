// Line by line with a message for each that is wrong: the twin of grader/scoring/cells.py and strict_scan.py.
// Plain rows are read as bytes; whatever is unusual about a line is read as text.
import { LIMITS, PREDICTIONS as SAY } from "./messages.js";
import { ProblemList } from "./problems.js";
import { csvCells, quoted, stripBlanks, thousands } from "./python_text.js";

const [LF, CR, COMMA, MINUS, POINT, ZERO, NINE] = [10, 13, 44, 45, 46, 48, 57];
const EXACT_DIGITS = 15;
const PLAIN_DIGITS = 300;
const LONGEST_LINE_BYTES = 4 * LIMITS.lineCharacters + 8;
const POWERS = Float64Array.from({ length: 23 }, (_, n) => 10 ** n);
const ID = /^[+-]?[0-9]+$/;
const NUMBER = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const COMMA_DECIMAL = /^[+-]?[0-9]+,[0-9]+$/;
const [INT64_LEAST, INT64_MOST] = [-(2n ** 63n), 2n ** 63n - 1n];
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

export class Rows {
  // `ids`: RowIds, or null where they cannot be had; then no id is called unknown, missing or doubled.
  constructor(expected, ids) {
    Object.assign(this, { expected, ids });
    this.problems = new ProblemList();
    this.lineNumber = 1;
    this.isOver = false;
    this.isPlain = true;
    this.rest = new Uint8Array(0);
    this.lineOf = new Int32Array(ids ? ids.size : 0);
    this.seenCount = 0;
    this.batchRows = 0;
    this.unsettled = [];
  }

  // The next bytes behind the header. After the last ones: end().
  feed(block) {
    if (this.isOver) return;
    let bytes = block;
    if (this.rest.length) {
      bytes = new Uint8Array(this.rest.length + block.length);
      bytes.set(this.rest);
      bytes.set(block, this.rest.length);
    }
    const at = this.read(bytes, false);
    this.rest = bytes.slice(at);
    if (this.rest.length > LONGEST_LINE_BYTES) this.read(this.rest, true);
  }

  end() {
    if (!this.isOver) this.read(this.rest, true);
    this.settle();
    if (this.problems.isFull() || !this.ids) return;
    const missing = this.ids.size - this.seenCount;
    if (missing === this.ids.size) this.problems.add(SAY.NO_KNOWN_ROW, null, {});
    else if (missing) {
      const values = { count: thousands(missing), all: thousands(this.ids.size), first: this.ids.at(this.lineOf.indexOf(0)) };
      this.problems.add(missing === 1 ? SAY.ONE_ID_MISSING : SAY.IDS_MISSING, null, values);
    }
  }

  // Reads whole lines; `isLast`: what is left counts as a line too. Returns where the first unread line begins.
  read(bytes, isLast) {
    let at = 0;
    while (at < bytes.length && !this.isOver) {
      const next = this.plainRow(bytes, at) || this.line(bytes, at, isLast);
      if (!next) break;
      at = next;
    }
    return at;
  }

  // Reads a row of plain digits; returns where the next line begins, or 0 for a line that wants a closer look.
  plainRow(bytes, from) {
    let [at, byte] = [from, bytes[from]];
    let id = 0;
    for (; byte >= ZERO && byte <= NINE; byte = bytes[at]) {
      id = 10 * id + byte - ZERO;
      at += 1;
    }
    if (byte !== COMMA || at === from || at - from > EXACT_DIGITS) return 0;
    at += 1;
    const isNegative = bytes[at] === MINUS;
    if (isNegative) at += 1;
    const begins = at;
    let [number, decimals] = [0, 0];
    for (byte = bytes[at]; byte >= ZERO && byte <= NINE; byte = bytes[at]) {
      number = 10 * number + byte - ZERO;
      at += 1;
    }
    let digits = at - begins;
    if (byte === POINT) {
      at += 1;
      const point = at;
      for (byte = bytes[at]; byte >= ZERO && byte <= NINE; byte = bytes[at]) {
        number = 10 * number + byte - ZERO;
        at += 1;
      }
      decimals = at - point;
      digits += decimals;
    }
    if (!digits || digits > PLAIN_DIGITS) return 0;
    if (byte === CR && bytes[at + 1] === LF) at += 1;
    else if (byte !== LF) return 0;
    const value = (isNegative ? -number : number) / (decimals < POWERS.length ? POWERS[decimals] : 10 ** decimals);
    if (this.problems.isFull() || !this.isFine(value, digits <= EXACT_DIGITS)) return 0;
    this.lineNumber += 1;
    this.addRow(this.lineNumber, id);
    return at + 1;
  }

  // Whether a number is surely taken; one that is not exact must keep away from the bounds.
  isFine(value, isExact) {
    const { lowest, highest, integersOnly } = this.expected;
    if (integersOnly) return isExact && Number.isInteger(value) && value >= lowest && value <= highest;
    if (isExact) return value >= lowest && value <= highest;
    const slack = 1e-9 * Math.max(1, Math.abs(value));
    return value - slack > lowest && value + slack < highest;
  }

  line(bytes, from, isLast) {
    let end = from;
    while (end < bytes.length && bytes[end] !== LF && bytes[end] !== CR) end += 1;
    // A CR at the end of a block may be half of a CR LF.
    if (!isLast && (end === bytes.length || (bytes[end] === CR && end + 1 === bytes.length))) return 0;
    const endBytes = end === bytes.length ? 0 : bytes[end] === CR && bytes[end + 1] === LF ? 2 : 1;
    this.lineNumber += 1;
    if (this.problems.isFull()) {
      this.isOver = true;
      return end + endBytes;
    }
    const text = decoder.decode(bytes.subarray(from, end));
    if (this.isTooLong(text, endBytes)) {
      this.isOver = true;
      this.isPlain = false;
      this.add(SAY.LONG_LINE, { most: thousands(LIMITS.lineCharacters), line: quoted(text) });
      return end + endBytes;
    }
    const cells = this.cells(text);
    if (cells) this.row(cells);
    return end + endBytes;
  }

  isTooLong(text, endCharacters) {
    if (text.length + endCharacters <= LIMITS.lineCharacters) return false;
    let count = endCharacters;
    for (const _ of text) count += 1;
    return count > LIMITS.lineCharacters;
  }

  add(wording, values = {}) {
    this.problems.add(wording, this.lineNumber, values);
  }

  cells(text) {
    const { columns } = this.expected;
    if (!stripBlanks(text)) {
      this.isPlain = false;
      this.add(SAY.BLANK_LINE);
      return null;
    }
    const isQuoted = text.includes('"');
    const cells = isQuoted ? csvCells(text) : text.split(",");
    this.isPlain = this.isPlain && !isQuoted && cells.length === columns.length;
    if (!cells) {
      this.add(SAY.BROKEN_QUOTES, { line: quoted(text) });
      return null;
    }
    if (cells.length === columns.length) return cells;
    let wording = cells.length === 1 ? SAY.ONE_COLUMN : SAY.OTHER_COLUMNS;
    const isComma = cells.length === columns.length + 1 && COMMA_DECIMAL.test(stripBlanks(cells.slice(1, 3).join(",")));
    if (isComma) wording = SAY.COMMA_COLUMNS;
    const values = { found: cells.length, count: columns.length, line: quoted(text), expected: columns.join(",") };
    this.add(wording, values);
    return null;
  }

  row([idCell, numberCell]) {
    const id = this.readId(idCell);
    this.readNumber(numberCell);
    if (id !== null) this.addRow(this.lineNumber, id);
  }

  // A number where it is exact as one, else a BigInt, which no known id is.
  readId(cell) {
    const text = stripBlanks(cell);
    if (ID.test(text)) {
      const id = BigInt(text);
      if (id >= INT64_LEAST && id <= INT64_MOST) return Number.isSafeInteger(Number(id)) ? Number(id) : id;
      this.add(SAY.UNKNOWN_ID, { id: quoted(text) });
    } else if (text) {
      this.add(SAY.FRACTIONAL_ID, { id: quoted(cell) });
    } else {
      this.add(SAY.EMPTY_ID);
    }
    this.isPlain = false;
    return null;
  }

  readNumber(cell) {
    const { targetColumn: column, cure, lowest, highest, clips, integersOnly, lowestShown, highestShown } = this.expected;
    const text = stripBlanks(cell);
    let [wording, shown, bound] = [null, text, ""];
    const number = NUMBER.test(text) ? Number(text) : NaN;
    if (Number.isNaN(number)) {
      this.isPlain = false;
      if (!text) wording = SAY.NUMBER_EMPTY;
      else if (LIMITS.notFinite.includes(text.replace(/^[+-]+/, "").toLowerCase())) wording = SAY.NUMBER_NOT_FINITE;
      else if (COMMA_DECIMAL.test(text)) wording = SAY.NUMBER_WITH_COMMA;
      else [wording, shown] = [SAY.NOT_A_NUMBER, cell];
    } else if (!Number.isFinite(number)) wording = SAY.NUMBER_TOO_LARGE;
    else if (integersOnly && !Number.isInteger(number)) wording = SAY.NOT_WHOLE;
    else if ((number >= lowest && number <= highest) || clips) return;
    else if (number < lowest) [wording, bound] = [SAY.NUMBER_BELOW, lowestShown];
    else [wording, bound] = [SAY.NUMBER_ABOVE, highestShown];
    this.add(wording, { column, number: quoted(shown), bound, cure });
  }

  addRow(line, id) {
    if (this.ids) {
      const place = typeof id === "bigint" ? -1 : this.ids.placeOf(id);
      if (place < 0) this.unsettled.push([SAY.UNKNOWN_ID, line, { id }]);
      else if (this.lineOf[place]) this.unsettled.push([SAY.DOUBLED_ID, line, { id, first: this.lineOf[place] }]);
      else {
        this.lineOf[place] = line;
        this.seenCount += 1;
      }
    }
    this.batchRows += 1;
    if (this.batchRows === LIMITS.batchRows) this.settle();
  }

  // Unknown and doubled ids are counted batch by batch, as the server counts them: it stops at a full list.
  settle() {
    this.unsettled.forEach((found) => this.problems.add(...found));
    this.unsettled = [];
    this.batchRows = 0;
  }
}
