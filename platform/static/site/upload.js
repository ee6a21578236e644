// Refuse a file that is too large, or of a kind that is not graded, before it is sent: the server says the same,
// but a browser shows a refusal in mid-upload as a lost connection. Each goes with its progress, a large one in chunks.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-max-bytes]");
  if (!form) return;
  const { lang: language } = document.documentElement;
  const input = form.querySelector("input[type=file]");
  const note = form.querySelector("[data-upload-note]");
  const button = form.querySelector("button[type=submit]");

  const problemOf = (file) => {
    if (!file) return "";
    // Only a zip can hold a model; what a zip holds, the server tells.
    const limit = Number(file.name.toLowerCase().endsWith(".zip") ? form.dataset.maxZipBytes : form.dataset.maxBytes);
    if (file.size > limit) {
      return interpolate(
        gettext("The file has %(size)s bytes; at most %(limit)s are taken. Compress it, or make it smaller."),
        { size: file.size.toLocaleString(language), limit: limit.toLocaleString(language) },
        true,
      );
    }
    const endings = input.accept.split(",");
    if (!endings.some((ending) => file.name.toLowerCase().endsWith(ending))) {
      const facts = { name: file.name, endings: endings.join(", ") };
      return interpolate(gettext("'%(name)s' ends in none of %(endings)s."), facts, true);
    }
    return "";
  };

  const progress = form.querySelector("[data-upload-progress]");
  const bar = progress.querySelector("progress");
  const state = form.querySelector("[data-upload-state]");
  const retry = form.querySelector("[data-upload-retry]");
  const cancel = form.querySelector("[data-upload-cancel]");
  const { words } = JSON.parse(form.querySelector("[data-file-check]").dataset.fileCheck);
  let upload = null;
  let sendAgain = false;

  const show = (element, isShown) => element.classList.toggle("hidden", !isShown);
  const say = (problem, earlier = "") => {
    note.textContent = problem;
    if (earlier) {
      const link = document.createElement("a");
      link.href = earlier;
      link.className = "alert-link";
      link.textContent = gettext("See that submission");
      note.append(" ", link, ".");
    }
    show(note, problem);
  };
  const heard = (what, done) => {
    if (done !== null) bar.value = done;
    const facts = { what, percent: Math.floor(100 * done), size: (upload.file.size / 1e6).toFixed(1) };
    state.textContent = done === null || done === 1
      ? what
      : interpolate(gettext("%(what)s: %(percent)s % of %(size)s MB"), facts, true);
  };
  const ready = () => {
    upload = null;
    input.disabled = false;
    button.disabled = false;
    button.textContent = gettext("Upload and score");
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
      retry.textContent = problem.earlier ? gettext("Send it all the same") : gettext("Try again");
      sendAgain ||= Boolean(problem.earlier);
      show(retry, true);
    }
  };
  const begin = (file) => {
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    const description = form.querySelector("[name=description]").value;
    const isLarge = file.size > Number(form.dataset.chunkAboveBytes);
    const [Upload, uploads] = isLarge ? [ChunkedUpload, form.dataset.uploads] : [WholeUpload, window.location.pathname];
    upload = new Upload(file, { uploads, token, description, heard, words });
    sendAgain = form.querySelector("[name=send_again]")?.checked ?? false;
    input.disabled = true;
    [button, progress, cancel].forEach((element) => show(element, element !== button));
    goOn();
  };

  retry.addEventListener("click", goOn);
  cancel.addEventListener("click", async () => {
    const cancelled = upload;
    ready();
    say(gettext("Cancelled. Nothing was counted."));
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
    const answer = await fetch(cancelIt.dataset.cancelUpload, { method: "POST", headers: { "X-CSRFToken": token } });
    if (answer.ok) cancelIt.closest("li").remove();
    else say(gettext("It could not be cancelled now. Try again, or leave it: it is forgotten after a day."));
  }));
  window.addEventListener("pageshow", ready);
});
