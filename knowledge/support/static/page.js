// What the page does beyond forms and links: copying, and not searching for what was just asked. All else works without
// JavaScript.
"use strict";

function ready(root) {
  for (const button of root.querySelectorAll("[data-copies]")) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copies);
  const said = button.parentElement.querySelector("[data-copied]");
  try {
    await navigator.clipboard.writeText(field.value);
    said.textContent = "Copied.";
  } catch {
    field.focus();
    field.select();
    said.textContent = "Press Ctrl+C to copy.";
  }
});

let asked = null;

document.addEventListener("htmx:beforeRequest", (event) => {
  const question = document.getElementById("question");
  if (event.detail.elt.id === "ask") asked = question.value;
  else if (event.detail.elt === question && question.value === asked) event.preventDefault();
  else if (event.detail.elt === question) asked = null;
});

document.addEventListener("htmx:afterSwap", (event) => ready(event.target));
document.addEventListener("DOMContentLoaded", () => ready(document));
