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
    return { outcome: "left", reason: ending instanceof LeftToServer ? ending.message : "" };
  }
};

addEventListener("message", async ({ data }) => postMessage(await judge(data)));
