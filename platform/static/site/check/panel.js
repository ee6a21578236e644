// The part of the submit page that shows what the check says of a chosen or dropped file. It forbids nothing: the
// server judges. ChunkedUpload and UploadProblem come from the page's other scripts.
import { thousands } from "./python_text.js";

const ZIP_LIST_BYTES = 1_000_000;
const GRAPH_FILE = "saved_model.pb";
const MEGABYTE = 1e6;
// A worker that runs out of memory ends without a word: after so long with no news of it, it is not waited for.
const SILENCE_MS = 20_000;

const show = (element, isShown) => element.classList.toggle("hidden", !isShown);
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// Whether the server takes the file for a SavedModel, by its name and the names at a zip's end.
const isModel = async (file) => {
  if (!file.name.toLowerCase().endsWith(".zip")) return false;
  const end = file.slice(Math.max(0, file.size - ZIP_LIST_BYTES));
  return new TextDecoder("latin1").decode(await end.arrayBuffer()).includes(GRAPH_FILE);
};

class Panel {
  constructor(root) {
    this.root = root;
    this.form = root.closest("form");
    this.input = this.form.querySelector("input[type=file]");
    this.about = JSON.parse(root.dataset.fileCheck);
    this.words = this.about.words;
    this.parts = Object.fromEntries(
      [
        "invitation", "result", "name", "size", "progress", "rows", "verdict", "problems", "hint", "before",
      ].map((name) => [name, root.querySelector(`[data-check-${name}]`)]),
    );
    this.ids = null;
    this.worker = null;
    this.round = 0;
  }

  begin() {
    this.input.addEventListener("change", () => this.chosen());
    // From now on the sending says what is to be said.
    this.form.addEventListener("submit", () => show(this.parts.before, false));
    ["dragenter", "dragover"].forEach((name) => this.form.addEventListener(name, (event) => this.dragged(event)));
    ["dragleave", "drop"].forEach((name) => this.form.addEventListener(name, () => this.mark(false)));
    this.form.addEventListener("drop", (event) => this.dropped(event));
    if (this.input.files.length) this.chosen();
  }

  mark(isOver) {
    this.root.classList.toggle("is-over", isOver);
  }

  dragged(event) {
    if (!event.dataTransfer.types.includes("Files") || this.input.disabled) return;
    event.preventDefault();
    this.mark(true);
  }

  dropped(event) {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    if (this.input.disabled) return;
    if (event.dataTransfer.files.length > 1) {
      this.clear();
      this.parts.verdict.textContent = this.words.mixed;
      return;
    }
    this.input.files = event.dataTransfer.files;
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  clear() {
    this.round += 1;
    this.worker?.terminate();
    this.worker = null;
    const { name, size, rows, verdict, problems, hint, before } = this.parts;
    [name, size, rows, verdict, problems, hint, before].forEach((part) => part.replaceChildren());
    this.arrange({ invites: true });
    show(problems, false);
    show(before, false);
    this.root.removeAttribute("data-outcome");
  }

  arrange({ invites }) {
    show(this.parts.invitation, invites);
    show(this.parts.result, !invites);
  }

  async chosen() {
    this.clear();
    const [file] = this.input.files;
    if (!file) return;
    const round = this.round;
    this.parts.name.textContent = file.name;
    this.parts.size.textContent = file.size < MEGABYTE
      ? filled(this.words.bytes, { bytes: thousands(file.size) })
      : filled(this.words.size, { megabytes: (file.size / MEGABYTE).toFixed(1) });
    this.parts.verdict.textContent = this.words.checking;
    this.parts.progress.value = 0;
    this.arrange({ invites: false });
    const holdsModel = await isModel(file).catch(() => false);
    this.askBefore(file, holdsModel, round);
    const ofModel = (holdsModel && this.about.takesModels) || !this.about.takesPredictions;
    const [answer, runs] = await this.check(file, ofModel, round);
    if (round !== this.round) return;
    this.parts.progress.value = 1;
    this.show(answer, ofModel, runs);
  }

  async check(file, ofModel, round) {
    const runs = ofModel ? null : await this.runs();
    if (round !== this.round) return [null, runs];
    const { expected, limits } = this.about;
    const worker = new Worker(this.about.worker, { type: "module" });
    this.worker = worker;
    let patience = null;
    const answer = await new Promise((resolve) => {
      const giveUp = () => resolve({ outcome: "left", reason: "silent" });
      const listen = () => {
        clearTimeout(patience);
        patience = setTimeout(giveUp, SILENCE_MS);
      };
      worker.addEventListener("message", ({ data }) => {
        listen();
        if (data.outcome) resolve(data);
        else if (round === this.round) this.progress(data.rows, runs);
      });
      ["error", "messageerror"].forEach((ending) => worker.addEventListener(ending, giveUp));
      worker.postMessage({ file, isModel: ofModel, expected, limits, runs });
      listen();
    });
    clearTimeout(patience);
    worker.terminate();
    return [answer, runs];
  }

  progress(rows, runs) {
    const all = (runs ?? []).reduce((sum, length, at) => (at % 2 ? sum + length : sum), 0);
    if (all) this.parts.progress.value = rows / all;
    this.parts.rows.textContent = filled(this.words.rows, { rows: thousands(rows) });
  }

  // The ids, fetched once; null where they cannot be had, and with the next file they are asked for again.
  async runs() {
    if (!this.about.ids) return null;
    this.ids ??= fetch(this.about.ids, { signal: AbortSignal.timeout(SILENCE_MS) })
      .then(async (answer) => (answer.ok ? (await answer.json()).runs : null))
      .catch(() => null);
    const runs = await this.ids;
    if (!runs) this.ids = null;
    return runs;
  }

  // "" where the file cannot be read any more: the sending says it.
  async digestOf(file) {
    try {
      return await new ChunkedUpload(file, { heard: () => {}, words: this.words }).hash();
    } catch (problem) {
      if (problem instanceof UploadProblem) return "";
      throw problem;
    }
  }

  // What the server would say at its door: of a large file without its SHA-256, which is told when it is sent.
  async askBefore(file, ofModel, round) {
    const asked = { name: file.name || "file", size: file.size, is_model: ofModel ? "1" : "" };
    if (file.size <= Number(this.form.dataset.chunkAboveBytes)) {
      asked.sha256 = await this.digestOf(file);
    }
    // Where nobody answers, the sending will say so.
    const answer = await fetch(`${this.about.before}?${new URLSearchParams(asked)}`).catch(() => null);
    if (!answer?.ok || round !== this.round) return;
    const { problem, earlier } = await answer.json();
    if (!problem) return;
    this.parts.before.textContent = problem;
    if (earlier) {
      const link = Object.assign(document.createElement("a"), { href: earlier, textContent: this.words.earlier });
      link.className = "alert-link";
      this.parts.before.append(" ", link, ".");
    }
    show(this.parts.before, true);
  }

  show(answer, ofModel, runs) {
    const { verdict, rows, hint } = this.parts;
    rows.textContent = "";
    this.root.dataset.outcome = answer.outcome;
    if (answer.outcome === "refused") this.showProblems(answer);
    else if (answer.outcome === "left") verdict.textContent = this.words[answer.reason] ?? this.words.left;
    else if (ofModel) verdict.textContent = filled(this.words.fineModel, { files: thousands(answer.files) });
    else verdict.textContent = filled(this.words.fine, { rows: thousands(answer.rows) });
    if (answer.outcome === "fine" && !ofModel && !runs) hint.textContent = this.words.withoutIds;
  }

  showProblems({ problems, problemCount }) {
    this.parts.verdict.textContent = filled(this.words.refused, { count: thousands(problemCount) });
    const lines = problems.map(({ line, finding, cure }) => {
      const item = document.createElement("li");
      const place = Object.assign(document.createElement("strong"), {
        textContent: line === null ? "" : `${filled(this.words.line, { line })} `,
      });
      item.append(place, `${finding} ${cure}`);
      return item;
    });
    this.parts.problems.replaceChildren(...lines);
    show(this.parts.problems, true);
    const more = problemCount - problems.length;
    const counted = more ? `${filled(this.words.more, { count: thousands(more) })} ` : "";
    this.parts.hint.textContent = counted + this.words.refusedHint;
  }
}

document.querySelectorAll("[data-file-check]").forEach((root) => new Panel(root).begin());
