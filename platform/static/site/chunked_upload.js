// A large file in chunks. It is told to the server by its SHA-256, so that the same file, chosen again after a reload,
// goes on where it was; a lost connection is tried again with longer and longer pauses, a busy site when it says.
class UploadProblem extends Error {
  // `earlier`: the address of the submission that holds the same file. `isLost`: it may work when it is tried again.
  // `busyFor`: the site took nothing of it, and says to come back after so many seconds.
  constructor(sentence, { earlier = "", isLost = false, offset = null, busyFor = null } = {}) {
    super(sentence);
    Object.assign(this, { earlier, isLost, offset, busyFor });
  }
}

class ChunkedUpload {
  // SHA-256 by file, so that the check of a file and its sending read it once.
  static digests = new WeakMap();
  static HASHED_AT_ONCE = 4 * 1024 * 1024;
  static PAUSES = [0.5, 1, 2, 4, 8, 15, 30, 30];
  static PATIENCE_SECONDS = 120;
  // So often a busy site is asked again before the reader is.
  static BUSY_TRIES = 30;

  // `heard(what, done)` is told what goes on and the part that is done, from 0 to 1; `words`: the page's texts.
  // `direct`: the file may go straight to the site's store, where the site names an address for its next part.
  constructor(file, { uploads, token, description, heard, words, direct = false }) {
    Object.assign(this, { file, uploads, token, description, heard, words, direct });
    this.sha256 = "";
    this.state = null;
    this.request = null;
    this.isCancelled = false;
    this.wake = () => {};
  }

  // Send the file, or what is left of it; returns the address of its submission. Throws UploadProblem.
  // It may be called again after one.
  async send(sendAgain) {
    if (!this.sha256) this.sha256 = await this.hash();
    const facts = { name: this.file.name, size: this.file.size, sha256: this.sha256, send_again: sendAgain ? "1" : "" };
    if (this.direct) facts.direct = "1";
    this.state = await this.patiently(() => this.ask("POST", this.uploads, this.form(facts)));
    while (this.state.offset < this.file.size) await this.patiently((tries) => this.sendChunk(tries));
    this.heard(this.words.whole, 1);
    const ending = { sha256: this.sha256, description: this.description, send_again: sendAgain ? "1" : "" };
    const taken = await this.patiently(() => this.ask("POST", `${this.state.address}finish/`, this.form(ending)));
    return taken.submission;
  }

  // Stop, and have the server forget what has come.
  async cancel() {
    this.isCancelled = true;
    if (this.request) this.request.abort();
    this.wake();
    if (this.state) await this.ask("POST", `${this.state.address}cancel/`, this.form({})).catch(() => {});
  }

  async hash() {
    const known = ChunkedUpload.digests.get(this.file);
    if (known) return known;
    const sum = new Sha256();
    for (let at = 0; at < this.file.size; at += ChunkedUpload.HASHED_AT_ONCE) {
      this.heard(this.words.reading, at / this.file.size);
      sum.update(await this.bytes(at, at + ChunkedUpload.HASHED_AT_ONCE));
      this.stopIfCancelled();
    }
    ChunkedUpload.digests.set(this.file, sum.digits());
    return ChunkedUpload.digests.get(this.file);
  }

  // What is said below a problem.
  comfort() {
    return this.state ? this.words.kept : this.words.nothingSent;
  }

  async bytes(from, to) {
    try {
      return new Uint8Array(await this.file.slice(from, to).arrayBuffer());
    } catch {
      throw new UploadProblem(this.words.changed.replace("{name}", () => this.file.name));
    }
  }

  // The next chunk; `tries`: how often this has failed, so that the server may know more than we do.
  async sendChunk(tries) {
    if (tries) this.state = await this.ask("GET", this.state.address);
    const { offset, address, chunk_bytes: chunkBytes } = this.state;
    if (offset >= this.file.size) return;
    const chunk = await this.bytes(offset, offset + chunkBytes);
    if (this.state.put_to) {
      await this.put(this.state.put_to, chunk, (sent) => this.heard(this.words.uploading, (offset + sent) / this.file.size));
      this.state = await this.ask("GET", address);
      return;
    }
    try {
      this.state = await this.ask("PUT", `${address}?offset=${offset}`, chunk, (sent) => {
        this.heard(this.words.uploading, (offset + sent) / this.file.size);
      });
    } catch (problem) {
      if (typeof problem.offset !== "number") throw problem;
      this.state.offset = problem.offset;
    }
  }

  // Do it, and after a lost connection do it again.
  async patiently(step) {
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.whenNotBusy(() => step(tries));
      } catch (problem) {
        if (!problem.isLost || tries >= ChunkedUpload.PAUSES.length) throw problem;
        await this.pause(ChunkedUpload.PAUSES[tries], this.words.lost);
      }
    }
  }

  // Do it, and where the site is busy do it again when it says.
  async whenNotBusy(step) {
    for (let tries = 0; ; tries += 1) {
      try {
        this.stopIfCancelled();
        return await step();
      } catch (problem) {
        this.stopIfCancelled();
        if (typeof problem.busyFor !== "number" || tries >= ChunkedUpload.BUSY_TRIES) throw problem;
        await this.pause(problem.busyFor, this.words.busy.replace("{seconds}", problem.busyFor));
      }
    }
  }

  pause(seconds, why) {
    this.heard(why, null);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.wake(), seconds * 1000);
      this.wake = () => {
        clearTimeout(timer);
        window.removeEventListener("online", this.wake);
        resolve();
      };
      window.addEventListener("online", this.wake);
    });
  }

  stopIfCancelled() {
    if (this.isCancelled) throw new UploadProblem(this.words.cancelled);
  }

  // Bytes to the store, with nothing that says who sends them. Whatever it answers, the site knows what has come: a
  // refused address has run out, and the site names another.
  put(address, chunk, sending) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const lost = () => reject(new UploadProblem(this.words.noAnswerKept, { isLost: true }));
      this.request = request;
      request.open("PUT", address);
      request.timeout = ChunkedUpload.PATIENCE_SECONDS * 1000;
      request.upload.addEventListener("progress", (event) => sending(event.loaded));
      ["error", "timeout", "abort"].forEach((ending) => request.addEventListener(ending, lost));
      request.addEventListener("load", () => (request.status < 300 ? resolve() : lost()));
      request.send(chunk);
    });
  }

  form(fields) {
    const data = new FormData();
    Object.entries(fields).forEach(([name, value]) => data.append(name, value));
    return data;
  }

  // One request; returns what the server says. Throws UploadProblem with its sentence.
  ask(method, address, body = null, sending = () => {}) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      const lost = () => reject(new UploadProblem(this.words.noAnswerKept, { isLost: true }));
      this.request = request;
      request.open(method, address);
      request.timeout = ChunkedUpload.PATIENCE_SECONDS * 1000;
      request.setRequestHeader("X-CSRFToken", this.token);
      request.setRequestHeader("Accept", "application/json");
      if (body instanceof Uint8Array) request.setRequestHeader("Content-Type", "application/octet-stream");
      request.upload.addEventListener("progress", (event) => sending(event.loaded));
      ["error", "timeout", "abort"].forEach((ending) => request.addEventListener(ending, lost));
      request.addEventListener("load", () => {
        let said = null;
        try {
          said = JSON.parse(request.responseText);
        } catch {
          // A page of the site or of a proxy, which is not for us.
        }
        if (said && said.code === "busy") reject(new UploadProblem(said.problem, { busyFor: said.retry_after }));
        else if (request.status >= 500) lost();
        else if (said && request.status < 300) resolve(said);
        else if (said && said.problem) reject(new UploadProblem(said.problem, said));
        else reject(new UploadProblem(this.words.otherAnswer.replace("{status}", request.status)));
      });
      request.send(body);
    });
  }
}
