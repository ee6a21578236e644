// A file of usual size in one request, with its progress; otherwise used as a large one is.
class WholeUpload extends ChunkedUpload {
  async send(sendAgain) {
    if (!this.sha256) this.sha256 = await this.hash();
    const form = this.form({ description: this.description, sha256: this.sha256, ask_before_repeating: "1" });
    form.append("file", this.file);
    if (sendAgain) form.append("send_again", "1");
    // A little more goes over the line than the file.
    const sending = (sent) => this.heard(this.words.uploading, Math.min(1, sent / (this.file.size || 1)));
    try {
      this.stopIfCancelled();
      const taken = await this.whenNotBusy(() => this.ask("POST", this.uploads, form, sending));
      if (taken.sha256 !== this.sha256) throw new UploadProblem(this.words.otherContent);
      return taken.submission;
    } catch (problem) {
      this.stopIfCancelled();
      if (!problem.isLost) throw problem;
      throw new UploadProblem(this.words.noAnswer);
    }
  }

  comfort() {
    return "";
  }
}
