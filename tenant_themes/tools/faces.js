// Draws the demo's people, so that no photograph of anybody is needed: node tools/faces.js
// Each face is a handful of shapes in a 400 × 500 frame; one drawing serves as a round face and as a poster.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const HAIR_BACK = {
  none: "",
  long: "M118 214C112 120 156 84 200 84s88 36 82 130c-3 52 14 96 6 140-30 18-146 18-176 0-8-44 9-88 6-140Z",
  bob: "M116 216C108 118 156 82 200 82s92 36 84 134c-2 34 2 60-8 84-22 10-130 10-152 0-10-24-6-50-8-84Z",
  curls: "M200 66c26-8 52 4 64 22 24 2 40 24 38 48 18 14 22 42 10 62 8 24-2 48-22 58-30 22-150 22-180 0-20-10-30-34-22-58-12-20-8-48 10-62-2-24 14-46 38-48 12-18 38-30 64-22Z",
};
const HAIR_FRONT = {
  bald: "",
  short: "M132 196c-8-62 20-104 70-104 48 0 76 36 66 104-6-24-14-42-26-54-26 14-66 16-92 4-10 12-16 30-18 50Z",
  side: "M130 206c-12-72 18-118 74-118 54 0 80 44 66 116-4-26-12-44-22-56-34 10-74 2-92-16-12 16-22 44-26 74Z",
  parted: "M126 222c-10-88 22-134 74-134s84 46 74 134c-8-44-28-82-64-104-20 34-54 50-74 58-6 14-8 30-10 46Z",
  fringe: "M124 226c-8-90 24-140 76-140s84 50 76 140c-4-22-8-40-14-54-40 8-86 8-124 0-6 14-10 32-14 54Z",
  bun: "M130 208c-10-74 20-118 70-118s80 44 70 118c-6-32-20-62-42-78-24-8-34-8-56 0-22 16-36 46-42 78ZM168 84a32 30 0 1 1 64 0 32 30 0 0 1-64 0Z",
  curly: "M128 200c-14-16-10-38 2-46-6-22 10-40 28-42 10-20 34-26 48-16 18-12 42-2 48 16 18 2 30 22 24 42 12 10 12 34-6 46-2-22-10-36-20-46-10 8-24 8-32 0-10 8-26 8-36 0-10 8-22 8-30 2-12 10-22 26-26 44Z",
  pomp: "M130 196c-10-44 0-82 28-98 34-24 94-20 106 22 10 20 10 48 4 76-6-22-12-38-22-50-34 6-66 0-88-14-14 14-24 38-28 64Z",
};
const CLOTHES = {
  blazer: (c, d) => `<path fill="${c}" d="M48 500c4-74 38-112 96-126l56 40 56-40c58 14 92 52 96 126Z"/><path fill="${d}" d="m144 374 56 126 56-126-22-8-34 30-34-30Z"/><path fill="${c}" d="m140 374-20 44 34 10-10 18 56 54-44-132Zm120 0 20 44-34 10 10 18-56 54 44-132Z" opacity=".85"/>`,
  turtle: (c, d) => `<path fill="${c}" d="M48 500c4-78 44-116 104-126 30 16 66 16 96 0 60 10 100 48 104 126Z"/><path fill="${d}" d="M154 340c28 14 64 14 92 0l6 40c-30 18-74 18-104 0Z"/>`,
  shirt: (c, d) => `<path fill="${c}" d="M48 500c4-76 42-114 100-126l52 24 52-24c58 12 96 50 100 126Z"/><path fill="${d}" d="m152 364 48 40-28 30-36-56Zm96 0-48 40 28 30 36-56Z"/>`,
  round: (c, d) => `<path fill="${c}" d="M48 500c4-76 42-114 100-126 20 40 84 40 104 0 58 12 96 50 100 126Z"/><path fill="none" stroke="${d}" stroke-width="8" d="M148 374c20 42 84 42 104 0"/>`,
  dress: (c, d) => `<path fill="${c}" d="M84 500c2-60 20-96 44-112 24 50 50 66 72 66s48-16 72-66c24 16 42 52 44 112Z"/><path fill="none" stroke="${d}" stroke-width="6" d="m128 388 22-24m122 24-22-24"/>`,
};

function draw(p) {
  const { skin, hair, look, light } = p;
  const shade = mix(skin, "#7a2f2a", 0.24);
  const lips = mix(skin, "#8c1f2f", p.lips ?? 0.38);
  const line = mix(skin, "#241216", 0.72);
  const figure = `
    <path fill="${hair}" d="${HAIR_BACK[p.back ?? "none"]}"/>
    ${p.bare ? `<path fill="${skin}" d="M84 500c2-70 30-104 74-118h84c44 14 72 48 74 118Z"/>` : ""}
    <path fill="${shade}" d="M166 296h68v66c0 26-68 26-68 0Z"/>
    <path fill="${skin}" d="M170 318h60v50c-8 24-52 24-60 0Z" opacity=".45"/>
    <ellipse cx="200" cy="372" rx="50" ry="34" fill="${skin}"/>
    ${CLOTHES[p.clothes](look, p.trim)}
    <ellipse cx="131" cy="224" rx="13" ry="21" fill="${shade}"/><ellipse cx="269" cy="224" rx="13" ry="21" fill="${shade}"/>
    <path fill="${skin}" d="M200 100c48 0 71 38 71 92 0 72-32 130-71 130s-71-58-71-130c0-54 23-92 71-92Z"/>
    <path fill="${shade}" opacity=".32" d="M200 100c48 0 71 38 71 92 0 72-32 130-71 130 26-30 40-72 40-122 0-46-10-80-40-100Z"/>
    <ellipse cx="158" cy="252" rx="17" ry="11" fill="${lips}" opacity=".14"/><ellipse cx="242" cy="252" rx="17" ry="11" fill="${lips}" opacity=".14"/>
    ${p.beard ? `<path fill="${hair}" d="M130 226c4 66 34 104 70 104s66-38 70-104c-8 22-16 34-26 40-26-12-62-12-88 0-10-6-18-18-26-40Z"/><path fill="${skin}" d="M174 276c16-7 36-7 52 0-4 14-48 14-52 0Z"/>` : ""}
    ${p.moustache ? `<path fill="${hair}" d="M164 270c10-16 28-16 36-8 8-8 26-8 36 8-14 2-26 0-36-5-10 5-22 7-36 5Z"/>` : ""}
    <path fill="none" stroke="${mix(hair, "#1b1013", 0.3)}" stroke-width="6.5" stroke-linecap="round" d="M150 197c9-8 23-9 33-4m34 0c10-5 24-4 33 4"/>
    <ellipse cx="168" cy="219" rx="6.4" ry="7.4" fill="#20141a"/><ellipse cx="232" cy="219" rx="6.4" ry="7.4" fill="#20141a"/>
    <circle cx="170.5" cy="216.5" r="2" fill="#fff"/><circle cx="234.5" cy="216.5" r="2" fill="#fff"/>
    <path fill="none" stroke="${line}" stroke-width="4" stroke-linecap="round" stroke-linejoin="round" opacity=".55" d="M202 226c4 12 7 18 4 22-3 3-8 3-12 2"/>
    ${p.teeth ? `<path fill="#fff" d="M174 273c16 5 36 5 52 0-5 20-47 20-52 0Z"/><path fill="none" stroke="${lips}" stroke-width="5" stroke-linejoin="round" d="M174 273c16 5 36 5 52 0-5 20-47 20-52 0Z"/>` : `<path fill="none" stroke="${lips}" stroke-width="6.5" stroke-linecap="round" d="M178 277c13 11 31 11 44 0"/>`}
    <path fill="${hair}" d="${HAIR_FRONT[p.front]}"/>
    ${p.glasses ? `<g fill="#fff" fill-opacity=".16" stroke="${p.glasses}" stroke-width="5"><rect x="141" y="201" width="50" height="40" rx="17"/><rect x="209" y="201" width="50" height="40" rx="17"/><path fill="none" d="M191 216c5-5 13-5 18 0"/></g>` : ""}
    ${p.rings ? `<circle cx="131" cy="252" r="7" fill="${p.rings}"/><circle cx="269" cy="252" r="7" fill="${p.rings}"/>` : ""}
    ${p.hat ? `<path fill="${p.hat}" d="M92 150c40-22 176-22 216 0 6 14-10 20-30 18-46-12-110-12-156 0-20 2-36-4-30-18Z"/><path fill="${p.hat}" d="M136 146c-2-50 6-96 22-102 20 14 64 14 84 0 16 6 24 52 22 102-30 14-98 14-128 0Z"/><path fill="${p.look}" d="M136 136c30 12 98 12 128 0v14c-30 12-98 12-128 0Z"/>` : ""}`;
  const stage = light
    ? `<radialGradient id="b" cx=".5" cy=".3" r=".85"><stop stop-color="${p.ground[0]}"/><stop offset="1" stop-color="${p.ground[1]}"/></radialGradient>
       <linearGradient id="l" x1="0" x2="1"><stop stop-color="${light[0]}" stop-opacity=".62"/><stop offset=".34" stop-color="${light[0]}" stop-opacity=".06"/><stop offset=".66" stop-color="${light[1]}" stop-opacity=".06"/><stop offset="1" stop-color="${light[1]}" stop-opacity=".62"/></linearGradient>
       <linearGradient id="d" y1="0" y2="1" x2="0"><stop offset=".6" stop-color="#0b0609" stop-opacity="0"/><stop offset="1" stop-color="#0b0609" stop-opacity=".6"/></linearGradient>`
    : `<linearGradient id="b" x2="0" y2="1"><stop stop-color="${p.ground[0]}"/><stop offset="1" stop-color="${p.ground[1]}"/></linearGradient>`;
  const beams = light
    ? `<path d="M60 0 0 500h150Z" fill="${light[0]}" opacity=".13"/><path d="m340 0 60 500H250Z" fill="${light[1]}" opacity=".13"/>`
    : `<circle cx="${p.sun?.[0] ?? 290}" cy="${p.sun?.[1] ?? 150}" r="130" fill="#fff" opacity=".28"/>`;
  const lit = light ? `<mask id="m"><g filter="url(#w)">${figure}</g></mask><filter id="w"><feColorMatrix values="0 0 0 0 1 0 0 0 0 1 0 0 0 0 1 0 0 0 1 0"/></filter>` : "";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 500"><defs>${stage}${lit}</defs><path fill="url(#b)" d="M0 0h400v500H0z"/>${beams}${figure}${light ? '<path fill="url(#l)" mask="url(#m)" d="M0 0h400v500H0z"/><path fill="url(#d)" d="M0 0h400v500H0z"/>' : ""}</svg>\n`.replace(/\n\s*/g, "");
}

function mix(a, b, share) {
  const part = (hex, at) => parseInt(hex.slice(at, at + 2), 16);
  const one = (at) => Math.round(part(a, at) * (1 - share) + part(b, at) * share).toString(16).padStart(2, "0");
  return `#${one(1)}${one(3)}${one(5)}`;
}

const SKIN = { pale: "#f6d5c0", fair: "#eec2a2", olive: "#d9a47c", tan: "#bf8259", brown: "#8f5a3c", deep: "#6a402c" };

const lumen = {
  mira: { skin: SKIN.fair, hair: "#4a2c22", back: "bob", front: "parted", clothes: "blazer", look: "#24584b", trim: "#f7efe2", ground: ["#f3dcb8", "#e9bd8a"], rings: "#e8b04b", lips: 0.5 },
  paul: { skin: SKIN.deep, hair: "#1c1413", front: "short", clothes: "shirt", look: "#dfe7ea", trim: "#f8fafb", ground: ["#b9d3cb", "#84afa3"], glasses: "#2a2020", beard: true, sun: [110, 150] },
  ines: { skin: SKIN.olive, hair: "#2b1a17", back: "curls", front: "curly", clothes: "round", look: "#c65f45", trim: "#e8937b", ground: ["#e6dccb", "#cdb998"], teeth: true, lips: 0.55 },
  henrik: { skin: SKIN.pale, hair: "#b9b3a9", front: "side", clothes: "turtle", look: "#39506b", trim: "#2c3f56", ground: ["#c9d6e2", "#9bb1c6"], beard: true },
  aylin: { skin: SKIN.tan, hair: "#231816", back: "long", front: "fringe", clothes: "round", look: "#e7b54f", trim: "#c9932c", ground: ["#cfd9bd", "#a3b585"], sun: [110, 160], lips: 0.5 },
  marguerite: { skin: SKIN.pale, hair: "#d8d2c8", front: "bun", clothes: "blazer", look: "#5c4a6e", trim: "#efe6f2", ground: ["#e4d3dc", "#c7a9b9"], glasses: "#7a4a55", rings: "#f4f0e6" },
};
const night = (left, right) => ({ light: [left, right], ground: ["#8a2356", "#1c0a14"] });
const velvet = {
  nova: { ...night("#ff2e7e", "#4d5bff"), skin: SKIN.olive, hair: "#1d0f14", back: "long", front: "parted", clothes: "dress", bare: true, look: "#c01246", trim: "#c01246", rings: "#ffd76a", lips: 0.95 },
  dex: { ...night("#ff7a2e", "#d61f69"), skin: SKIN.fair, hair: "#1f1512", front: "pomp", clothes: "blazer", look: "#1d1720", trim: "#efe7ea", moustache: true, ground: ["#96401f", "#1d0c0b"] },
  odette: { ...night("#b14dff", "#ff2e7e"), skin: SKIN.brown, hair: "#120b0d", back: "curls", front: "curly", clothes: "dress", bare: true, look: "#6a21a8", trim: "#6a21a8", rings: "#ffd76a", lips: 0.8, teeth: true, ground: ["#6a2aa0", "#170a22"] },
  kito: { ...night("#ffb12e", "#ff3d3d"), skin: SKIN.deep, hair: "#140d0c", front: "short", clothes: "round", look: "#e9e2d8", trim: "#cfc4b4", teeth: true, beard: false, ground: ["#a06a1c", "#1f1309"] },
  luz: { ...night("#ff3d3d", "#ff9a2e"), skin: SKIN.tan, hair: "#170e0e", front: "bun", clothes: "dress", bare: true, look: "#d61f2c", trim: "#d61f2c", rings: "#ff5a5a", lips: 0.95, ground: ["#a02626", "#1f0a0b"] },
  bart: { ...night("#2ec5ff", "#b14dff"), skin: SKIN.pale, hair: "#3a2a22", front: "bald", back: "none", clothes: "blazer", look: "#2a1838", trim: "#e7dff0", hat: "#17101d", beard: true, moustache: true, ground: ["#1f6a96", "#0a121d"] },
};

for (const [theme, people] of Object.entries({ lumen, velvet })) {
  const folder = join(import.meta.dirname, "..", theme, "pictures/people");
  mkdirSync(folder, { recursive: true });
  for (const [name, person] of Object.entries(people)) writeFileSync(join(folder, `${name}.svg`), draw(person));
}
