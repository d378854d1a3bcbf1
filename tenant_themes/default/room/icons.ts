/** Icons for what scripts build; templates draw theirs themselves. */
import alert from "lucide-static/icons/circle-alert.svg?raw";
import check from "lucide-static/icons/circle-check.svg?raw";
import file from "lucide-static/icons/file.svg?raw";
import info from "lucide-static/icons/info.svg?raw";
import people from "lucide-static/icons/users.svg?raw";
import phone from "lucide-static/icons/phone.svg?raw";
import phoneOff from "lucide-static/icons/phone-off.svg?raw";
import star from "lucide-static/icons/star.svg?raw";
import warning from "lucide-static/icons/triangle-alert.svg?raw";
import x from "lucide-static/icons/x.svg?raw";

const SOURCES = { alert, check, file, info, people, phone, "phone-off": phoneOff, star, warning, x };

export type IconName = keyof typeof SOURCES;

export function icon(name: IconName): SVGElement {
  const markup = SOURCES[name].replace(/<!--.*?-->/s, "");
  const parsed = new DOMParser().parseFromString(markup, "image/svg+xml");
  const svg = document.importNode(parsed.documentElement, true) as unknown as SVGElement;
  svg.setAttribute("class", "icon");
  svg.setAttribute("stroke-width", "1.75");
  svg.setAttribute("aria-hidden", "true");
  return svg;
}
