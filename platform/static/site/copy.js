// A button that copies the text of an element: `data-copy` is its id. Without this script the button is not there.
document.addEventListener("DOMContentLoaded", () => {
  if (!navigator.clipboard) return;
  document.querySelectorAll("[data-copy]").forEach((button) => {
    const source = document.getElementById(button.dataset.copy);
    const said = document.createElement("span");
    said.className = "small text-soft ms-2";
    said.setAttribute("role", "status");
    button.after(said);
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(source.textContent.trim());
        said.textContent = "✓";
      } catch {
        // Not allowed here: then it is marked, to be copied by hand.
        getSelection().selectAllChildren(source);
      }
      setTimeout(() => { said.textContent = ""; }, 3000);
    });
  });
});
