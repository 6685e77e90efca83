"use strict";
// The guard's page: who waits, said aloud and with a tone, and the sheet of one passage.

const waitingIds = () => (document.querySelector("[data-waiting]")?.dataset.waiting ?? "").split(" ").filter(Boolean);
let known = new Set();

function noticeWaiting() {
  const ids = waitingIds();
  if (ids.some((id) => !known.has(id)) && localStorage.getItem(SOUND) === "on") chime();
  known = new Set(ids);
  const said = document.getElementById("waiting-said");
  const text = ids.length ? texts.someWait.replace("{count}", ids.length) : texts.noneWaits;
  if (said.textContent !== text) said.textContent = text; // spoken only when it changes
}

document.addEventListener("DOMContentLoaded", () => {
  known = new Set(waitingIds());
  document.getElementById("sheet").addEventListener("click", (event) => {
    if (event.target.id === "sheet") event.target.close(); // a press beside it
  });
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "board") noticeWaiting();
  if (event.detail.target.id === "sheet-body" && !document.getElementById("sheet").open) document.getElementById("sheet").showModal();
});
document.addEventListener("acted", (event) => {
  document.getElementById("sheet").close();
  if (event.target.id === "code-form" && event.detail.good) event.target.reset();
});
