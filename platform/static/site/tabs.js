// On a narrow screen the tabs scroll sideways: the one that is open stands in the middle.
document.addEventListener("DOMContentLoaded", () => {
  const tabs = document.querySelector(".tabs");
  const open = tabs?.querySelector(".active");
  if (open) tabs.scrollLeft = open.offsetLeft + open.offsetWidth / 2 - tabs.clientWidth / 2;
});
