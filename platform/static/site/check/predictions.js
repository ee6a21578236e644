// Checks a prediction file as the server will: the twin of grader/scoring/predictions.py.
import { openCsv } from "./container.js";
import { readHeader } from "./header.js";
import { Rows } from "./rows.js";

const ROWS_BETWEEN_NEWS = 20_000;

// Returns the number of rows. Throws Refusal, or LeftToServer where it cannot be judged here.
// `heard(rows)` is told how far it has come.
export const checkPredictions = async (file, expected, ids, heard = () => {}) => {
  const blocks = await openCsv(file, expected);
  const rows = new Rows(expected, ids);
  let [isHead, told] = [true, 0];
  for await (const block of blocks) {
    rows.feed(isHead ? block.subarray(readHeader(block, expected.columns)) : block);
    isHead = false;
    if (rows.lineNumber - told >= ROWS_BETWEEN_NEWS) {
      told = rows.lineNumber;
      heard(told - 1);
    }
    // Where every row could be read, the server's fast way goes on to the end, and finds damage there.
    if (rows.isOver && !rows.isPlain) break;
  }
  rows.end();
  if (rows.problems.count) throw rows.problems.refusal();
  return rows.lineNumber - 1;
};
