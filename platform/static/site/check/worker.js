// Checks one file beside the page, so that it never stands still. Asked { file, isModel, expected, limits, runs }; says
// { rows } on the way, and at the end { outcome: "fine" | "refused" | "left", … }.
import { checkArchive } from "./archive.js";
import { checkPredictions } from "./predictions.js";
import { LeftToServer, Refusal } from "./problems.js";
import { RowIds } from "./row_ids.js";

const judge = async ({ file, isModel, expected, limits, runs }) => {
  try {
    if (isModel) return { outcome: "fine", files: await checkArchive(file, limits) };
    const ids = runs && new RowIds(runs);
    return { outcome: "fine", rows: await checkPredictions(file, expected, ids, (rows) => postMessage({ rows })) };
  } catch (ending) {
    if (ending instanceof Refusal) {
      return { outcome: "refused", problems: ending.problems, problemCount: ending.problemCount };
    }
    if (!(ending instanceof LeftToServer)) throw ending;
    return { outcome: "left", reason: ending.message };
  }
};

// What nobody foresaw ends in the console too, and the server judges.
addEventListener("message", ({ data }) => judge(data).then(postMessage, (problem) => {
  postMessage({ outcome: "left", reason: "" });
  reportError(problem);
}));
