"use strict";
// The counter for documents: a photo is sent as soon as it is taken, and a sheet is closed by what it led to.

document.addEventListener("DOMContentLoaded", () => {
  const sheet = document.getElementById("sheet");
  sheet.addEventListener("click", (event) => {
    if (event.target === sheet) sheet.close(); // a press beside it
  });
  const photo = document.getElementById("photo-form");
  photo?.addEventListener("change", (event) => {
    if (event.target.type === "file" && event.target.files.length) window.htmx.trigger(photo, "submit");
  });
});
document.addEventListener("htmx:afterSwap", (event) => {
  const sheet = document.getElementById("sheet");
  if (event.detail.target.id === "sheet-body" && !sheet.open) sheet.showModal();
});
document.addEventListener("htmx:beforeRequest", (event) => {
  // A photo over a slow network takes longer than a press.
  const patience = Number(event.detail.elt.dataset.timeout);
  if (patience) event.detail.xhr.timeout = patience;
});
document.addEventListener("acted", (event) => {
  document.getElementById("sheet").close();
  if (event.target instanceof HTMLFormElement) event.target.reset();
});
