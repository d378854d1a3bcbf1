/** Every page: small conveniences, and the socket that makes a logged-in person reachable. */
import "./room/presence";
import { closeMenus } from "./page/menus";
import { copies } from "./page/copy";
import { forms } from "./page/forms";
import { providers } from "./page/providers";
import { schemes } from "./page/scheme";
import { showFlash } from "./page/flash";
import { sending } from "./page/sending";
import { localTimes } from "./page/times";
import { zones } from "./page/zone";

closeMenus();
schemes();
forms();
sending();
copies();
providers();
showFlash();
localTimes(document);
zones();
// Pages without parts that refresh, the call room among them, do without.
if (document.querySelector("[hx-get], [hx-post]")) void import("htmx.org");
document.addEventListener("htmx:load", (event) => {
  if (event.target instanceof Element) localTimes(event.target);
});
