// Beside each time in UTC: the same in the viewer's own zone, and how long it is until then.
document.addEventListener("DOMContentLoaded", () => {
  const local = new Intl.DateTimeFormat(document.documentElement.lang, {
    weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  });
  const isInUtc = local.resolvedOptions().timeZone === "UTC";

  const until = (milliseconds) => {
    const seconds = Math.ceil(milliseconds / 1000);
    const days = Math.floor(seconds / 86400);
    const hours = Math.floor(seconds / 3600) % 24;
    const minutes = Math.floor(seconds / 60) % 60;
    if (days) return interpolate(gettext("in %(days)s d %(hours)s h"), { days, hours }, true);
    if (hours) return interpolate(gettext("in %(hours)s h %(minutes)s min"), { hours, minutes }, true);
    if (!minutes) return interpolate(gettext("in %(seconds)s s"), { seconds }, true);
    return interpolate(gettext("in %(minutes)s min %(seconds)s s"), { minutes, seconds: seconds % 60 }, true);
  };

  let shown = [];
  const show = (time) => {
    const note = document.createElement("span");
    note.className = "moment-note";
    time.after(note);
    shown.push({ at: Date.parse(time.dateTime), note, saysHowLong: time.dataset.moment !== "zone" });
  };
  const update = () => {
    const now = Date.now();
    // What a swap took off the page is forgotten.
    shown = shown.filter(({ note }) => note.isConnected);
    for (const { at, note, saysHowLong } of shown) {
      const parts = isInUtc ? [] : [local.format(at)];
      if (saysHowLong && at > now) parts.push(until(at - now));
      note.textContent = parts.length ? ` (${parts.join(", ")})` : "";
    }
  };

  document.querySelectorAll("time[data-moment]").forEach(show);
  ["htmx:afterSwap", "htmx:oobAfterSwap"].forEach((name) => document.addEventListener(name, (event) => {
    event.target.parentElement?.querySelectorAll("time[data-moment]").forEach((time) => {
      if (!time.nextElementSibling?.classList.contains("moment-note")) show(time);
    });
    update();
  }));
  update();
  if (shown.length) setInterval(update, 1000);
});
