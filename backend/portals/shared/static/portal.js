"use strict";
// What every page of a portal needs beside htmx: the CSRF token on posts, toasts, and no press lost in silence.

const texts = JSON.parse(document.getElementById("texts").textContent);
const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";

function toast({ text, kind }) {
  const box = document.getElementById("toasts");
  const item = document.createElement("div");
  item.className = `toast-calm toast-${kind}`;
  item.textContent = text;
  box.append(item);
  // Shown anew each time, so that it lies above a dialog that was opened meanwhile.
  box.hidePopover();
  box.showPopover();
  setTimeout(() => item.remove(), kind === "good" ? 4000 : 8000);
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = meta("csrf-token");
});
document.addEventListener("toast", (event) => toast(event.detail));
document.addEventListener("htmx:sendError", () => toast({ text: texts.unsent, kind: "bad" }));
document.addEventListener("htmx:timeout", () => toast({ text: texts.late, kind: "bad" }));
document.addEventListener("htmx:responseError", (event) => {
  const explained = event.detail.xhr.getResponseHeader("HX-Trigger") || event.detail.xhr.getResponseHeader("HX-Redirect");
  if (!explained) toast({ text: texts.failed, kind: "bad" });
});
// Whoever logs out leaves no list of people on this machine.
if (location.pathname === "/login") globalThis.caches?.delete("anlin-evacuation");
