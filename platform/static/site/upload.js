// Refuse a file that is too large, or of a kind that is not graded, before it is sent: the server says the same,
// but a browser shows a refusal in mid-upload as a lost connection.
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("form[data-max-bytes]");
  if (!form) return;
  const input = form.querySelector("input[type=file]");
  const note = form.querySelector("[data-upload-note]");
  const button = form.querySelector("button[type=submit]");

  const problemOf = (file) => {
    if (!file) return "";
    // Only a zip can hold a model; what a zip holds, the server tells.
    const limit = Number(file.name.toLowerCase().endsWith(".zip") ? form.dataset.maxZipBytes : form.dataset.maxBytes);
    if (file.size > limit) {
      return `The file has ${file.size.toLocaleString("en")} bytes; at most ${limit.toLocaleString("en")} are taken. ` +
        "Compress it, or make it smaller.";
    }
    const endings = input.accept.split(",");
    if (!endings.some((ending) => file.name.toLowerCase().endsWith(ending))) {
      return `'${file.name}' ends in none of ${endings.join(", ")}.`;
    }
    return "";
  };

  input.addEventListener("change", () => {
    const problem = problemOf(input.files[0]);
    note.textContent = problem;
    note.classList.toggle("hidden", !problem);
    input.setCustomValidity(problem);
  });
  form.addEventListener("submit", () => {
    button.disabled = true;
    button.textContent = "Uploading…";
  });
  window.addEventListener("pageshow", () => {
    button.disabled = false;
    button.textContent = "Upload and score";
  });
});
