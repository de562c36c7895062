/* Filters of the gallery, which are kept in its address, and buttons that copy. Without scripts all is shown. */
const form = document.querySelector(".gallery-filters");

function filter() {
  const asked = [...new FormData(form)].filter(([, value]) => value);
  const cards = [...document.querySelectorAll(".gallery > li")];
  for (const card of cards) card.hidden = !asked.every(([name, value]) => card.dataset[name].split("|").includes(value));
  for (const list of document.querySelectorAll(".gallery")) {
    list.parentElement.hidden = [...list.children].every((card) => card.hidden);
  }
  const shown = cards.filter((card) => !card.hidden).length;
  document.getElementById("gallery-count").textContent = `${shown} of ${cards.length} figures`;
  return new URLSearchParams(asked);
}

function restore() {
  const asked = new URLSearchParams(location.search);
  for (const choice of form.elements) {
    const value = asked.get(choice.name) ?? "";
    choice.value = [...choice.options].some((option) => option.value === value || option.text === value) ? value : "";
  }
  filter();
}

if (form) {
  form.hidden = false;
  form.addEventListener("change", () => {
    const asked = String(filter());
    history.pushState(null, "", asked ? `?${asked}` : location.pathname);
  });
  addEventListener("popstate", restore);
  restore();
}

for (const button of document.querySelectorAll("button[data-copies]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
    button.textContent = "Copied";
  });
}
