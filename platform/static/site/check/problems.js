// What is wrong with a file, counted and sorted as the server does it.
import { LIMITS } from "./messages.js";

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// One thing to mend; `line` null: the file as a whole.
export const problem = ([finding, cure], line = null, values = {}) => ({
  line,
  finding: filled(finding, values),
  cure: filled(cure, values),
});

// The file is refused. `problems`: the first that were found, of `problemCount`.
export class Refusal extends Error {
  constructor(problems, problemCount = problems.length) {
    super("refused");
    Object.assign(this, { problems: problems.slice(0, LIMITS.namedProblems), problemCount });
  }
}

export const refusal = (wording, values = {}, line = null) => new Refusal([problem(wording, line, values)]);

// Nothing can be said here, and the server judges; the message names the page's sentence for it.
export class LeftToServer extends Error {}

export class ProblemList {
  constructor() {
    this.count = 0;
    this.ofLines = [];
    this.ofFile = [];
  }

  add(wording, line, values) {
    this.count += 1;
    const list = line === null ? this.ofFile : this.ofLines;
    list.push([line, wording, values]);
    if (this.ofLines.length >= 50 * LIMITS.namedProblems) this.keepTheFirst();
  }

  isFull() {
    return this.count >= LIMITS.countedProblems;
  }

  refusal() {
    this.keepTheFirst();
    const named = [...this.ofFile, ...this.ofLines].slice(0, LIMITS.namedProblems);
    return new Refusal(named.map(([line, wording, values]) => problem(wording, line, values)), this.count);
  }

  keepTheFirst() {
    this.ofLines.sort((one, other) => one[0] - other[0]);
    this.ofLines.length = Math.min(this.ofLines.length, LIMITS.namedProblems);
  }
}
