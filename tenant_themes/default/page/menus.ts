/** Menus are `details` elements: they close on a click elsewhere, on Escape, and when another one opens. */
export function closeMenus(): void {
  const open = () => document.querySelectorAll<HTMLDetailsElement>("details.dropdown[open]");
  document.addEventListener("click", (event) => {
    for (const menu of open()) if (!(event.target instanceof Node && menu.contains(event.target))) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of open()) {
      menu.open = false;
      menu.querySelector("summary")?.focus();
    }
  });
}
