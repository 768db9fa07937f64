// On every page: an open group of the menu closes by Escape, and when what is outside it is clicked or focused.

const menu = document.querySelector(".menu");
const open = () => menu.querySelector("details[open]");

for (const event of ["click", "focusin"])
  document.addEventListener(event, ({ target }) => {
    if (open() && !open().contains(target)) open().open = false;
  });

menu.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !open()) return;
  open().querySelector("summary").focus();
  open().open = false;
});

/** What an address leads to is shown, also where it stands in something folded. */
function reveal() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const folded = target && target.closest("details:not([open])");
  if (!folded) return;
  folded.open = true;
  target.scrollIntoView();
}

addEventListener("hashchange", reveal);
reveal();
