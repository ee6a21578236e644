// Refuse a file that is too large, or of a kind that is not graded, before it is sent: the server says the same,
// but a browser shows a refusal in mid-upload as a lost connection. Each goes with its progress, a large one in chunks.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-max-bytes]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const note = form.querySelector("[data-upload-note]");
  const button = form.querySelector("button[type=submit]");

  const { words } = JSON.parse(form.querySelector("[data-file-check]").dataset.fileCheck);
  const said = (name, values) => words[name].replace(/\{(\w+)\}/g, (_, place) => values[place]);

  const problemOf = (file) => {
    if (!file) return "";
    // Only a zip can hold a model; what a zip holds, the server tells.
    const limit = Number(file.name.toLowerCase().endsWith(".zip") ? form.dataset.maxZipBytes : form.dataset.maxBytes);
    if (file.size > limit) {
      return said("tooLarge", { bytes: file.size.toLocaleString("en"), most: limit.toLocaleString("en") });
    }
    const endings = input.accept.split(",");
    if (!endings.some((ending) => file.name.toLowerCase().endsWith(ending))) {
      return said("otherEnding", { name: file.name, endings: endings.join(", ") });
    }
    return "";
  };

  const progress = form.querySelector("[data-upload-progress]");
  const bar = progress.querySelector("progress");
  const state = form.querySelector("[data-upload-state]");
  const retry = form.querySelector("[data-upload-retry]");
  const cancel = form.querySelector("[data-upload-cancel]");
  let upload = null;
  let sendAgain = false;

  const show = (element, isShown) => element.classList.toggle("hidden", !isShown);
  const say = (problem, earlier = "") => {
    note.textContent = problem;
    if (earlier) {
      const link = document.createElement("a");
      link.href = earlier;
      link.className = "alert-link";
      link.textContent = words.earlier;
      note.append(" ", link, ".");
    }
    show(note, problem);
  };
  const heard = (what, done) => {
    if (done !== null) bar.value = done;
    const size = (upload.file.size / 1e6).toFixed(1);
    const isPart = done !== null && done !== 1;
    state.textContent = isPart ? said("progress", { what, percent: Math.floor(100 * done), megabytes: size }) : what;
  };
  const ready = () => {
    upload = null;
    input.disabled = false;
    button.disabled = false;
    [button, progress, retry, cancel].forEach((element) => show(element, element === button));
  };

  const goOn = async () => {
    const mine = upload;
    say("");
    show(retry, false);
    try {
      window.location.assign(await mine.send(sendAgain));
    } catch (problem) {
      if (upload !== mine) return;
      say(problem.message, problem.earlier);
      state.textContent = mine.comfort();
      retry.textContent = problem.earlier ? words.sendAgain : words.tryAgain;
      sendAgain ||= Boolean(problem.earlier);
      show(retry, true);
    }
  };
  const begin = (file) => {
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    const description = form.querySelector("[name=description]").value;
    const isLarge = file.size > Number(form.dataset.chunkAboveBytes);
    const [Upload, uploads] = isLarge ? [ChunkedUpload, form.dataset.uploads] : [WholeUpload, window.location.pathname];
    const direct = isLarge && file.size > Number(form.dataset.directAboveBytes ?? Infinity);
    // What a cancelled one has still to say is not heard.
    const told = (...news) => upload === mine && heard(...news);
    const mine = new Upload(file, { uploads, token, description, words, direct, heard: told });
    upload = mine;
    sendAgain = form.querySelector("[name=send_again]")?.checked ?? false;
    input.disabled = true;
    [button, progress, cancel].forEach((element) => show(element, element !== button));
    goOn();
  };

  retry.addEventListener("click", goOn);
  cancel.addEventListener("click", async () => {
    const cancelled = upload;
    ready();
    say(words.cancelled);
    await cancelled.cancel();
  });
  input.addEventListener("change", () => {
    const problem = problemOf(input.files[0]);
    say(problem);
    input.setCustomValidity(problem);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    begin(input.files[0]);
  });
  document.querySelectorAll("[data-cancel-upload]").forEach((cancelIt) => cancelIt.addEventListener("click", async () => {
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    const asked = { method: "POST", headers: { "X-CSRFToken": token } };
    const answer = await fetch(cancelIt.dataset.cancelUpload, asked).catch(() => null);
    if (answer?.ok) cancelIt.closest("li").remove();
    else say(words.notCancelled);
  }));
  window.addEventListener("pageshow", ready);
});
