// Search as you type: the list comes from the search page itself, so that names are escaped and worded in one place.

for (const input of document.querySelectorAll("input[data-found]")) attach(input);

/** @param {HTMLInputElement} input */
function attach(input) {
  const list = document.createElement("ul");
  list.className = "found";
  list.id = "found";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  input.after(list);
  const set = (name, value) => input.setAttribute(name, value);
  set("role", "combobox");
  set("aria-controls", "found");
  set("aria-expanded", "false");
  set("aria-autocomplete", "list");
  let at = -1;
  let asked = 0;
  let timer = 0;

  const close = () => {
    list.hidden = true;
    at = -1;
    set("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  async function find() {
    const mine = ++asked;
    const text = input.value.trim();
    if (text.length < 2) return close();
    const address = new URL(input.dataset.found, location.href);
    address.searchParams.set("q", text);
    const answer = await fetch(address).catch(() => null);
    if (mine !== asked || !answer?.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== asked) return;
    const items = [...(page.getElementById("hits")?.children ?? [])].slice(0, 8);
    if (!items.length) return close();
    items.forEach((item, i) => {
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.id = `found-${i}`;
      item.querySelector("a").tabIndex = -1;
    });
    list.replaceChildren(...items);
    list.hidden = false;
    at = -1;
    set("aria-expanded", "true");
  }

  function move(by) {
    // Who has begun to choose keeps this list: a later answer would take the choice away.
    clearTimeout(timer);
    asked += 1;
    const items = [...list.children];
    items[at]?.setAttribute("aria-selected", "false");
    at = (at + by + items.length) % items.length;
    items[at].setAttribute("aria-selected", "true");
    items[at].scrollIntoView({ block: "nearest" });
    set("aria-activedescendant", items[at].id);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(find, 150);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    } else if (list.hidden) {
      return;
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : list.children.length && at < 0 ? 0 : -1);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      list.children[at].querySelector("a").click();
    }
  });
  input.addEventListener("blur", () => setTimeout(close, 150));
}
