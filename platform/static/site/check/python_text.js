// What Python does with text, so that a message is the server's to the letter.
import { LIMITS } from "./messages.js";

const UNPRINTABLE = /[\p{C}\p{Z}]/u;
const NAMED_ESCAPES = new Map([["\t", "\\t"], ["\n", "\\n"], ["\r", "\\r"], ["\\", "\\\\"]]);
const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const AROUND = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, "gu");
const FLOAT = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|nan|inf|infinity)$/i;

const hexadecimal = (number, digits) => number.toString(16).padStart(digits, "0");

const escaped = (character) => {
  const named = NAMED_ESCAPES.get(character);
  if (named) return named;
  if (character === " " || !UNPRINTABLE.test(character)) return character;
  const point = character.codePointAt(0);
  if (point < 0x100) return `\\x${hexadecimal(point, 2)}`;
  return point < 0x10000 ? `\\u${hexadecimal(point, 4)}` : `\\U${hexadecimal(point, 8)}`;
};

// repr(text)
export const repr = (text) => {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = Array.from(text, (character) => (character === quote ? `\\${quote}` : escaped(character)));
  return quote + inside.join("") + quote;
};

// A text between quotes for a message: at most 40 characters, nothing unprintable.
export const quoted = (text) => {
  if (text.length <= LIMITS.quotedCharacters) return repr(text);
  const characters = Array.from(text.slice(0, 4 * LIMITS.quotedCharacters));
  if (characters.length <= LIMITS.quotedCharacters) return repr(characters.join(""));
  return repr(`${characters.slice(0, LIMITS.quotedCharacters - 1).join("")}…`);
};

// f"{number:,}"
export const thousands = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

// text.strip()
export const strip = (text) => text.replace(AROUND, "");

// text.strip(blanks), with the blanks that may stand around a number.
export const stripBlanks = (text) => {
  let [start, end] = [0, text.length];
  while (start < end && LIMITS.blanks.includes(text[start])) start += 1;
  while (end > start && LIMITS.blanks.includes(text[end - 1])) end -= 1;
  return text.slice(start, end);
};

// Whether float(text) takes it: blanks around (of a plain text, plain ones), digits of any script, single underscores
// between digits.
export const isFloat = (text) => {
  const isAscii = /^[\x00-\x7f]*$/.test(text);
  const inside = isAscii ? text.replace(/^[\t-\r ]+|[\t-\r ]+$/g, "") : strip(text);
  const plain = inside.replace(/\p{Nd}/gu, "0");
  return FLOAT.test(plain.replace(/(?<=\d)_(?=\d)/g, ""));
};

// The cells of one line, as csv.reader([line], strict=True) gives them; null where it raises.
export const csvCells = (line) => {
  if (!line) return [];
  const cells = [];
  let [cell, state] = ["", "start"];
  for (const character of line) {
    if (state === "quoted") {
      if (character === '"') state = "closing";
      else cell += character;
    } else if (character === ",") {
      cells.push(cell);
      [cell, state] = ["", "start"];
    } else if (character === '"' && state === "start") {
      state = "quoted";
    } else if (character === '"' && state === "closing") {
      cell += character;
      state = "quoted";
    } else if (state === "closing") {
      return null;
    } else {
      cell += character;
      state = "bare";
    }
  }
  if (state === "quoted") return null;
  cells.push(cell);
  return cells;
};
