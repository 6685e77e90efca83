"use strict";
// A form that was taken is empty for the next entry.
document.addEventListener("acted", (event) => {
  if (event.detail.good && event.target.matches?.("form[data-reset]")) event.target.reset();
});
