// The moment as a picture for slides: what is on the stage, drawn again as plain SVG shapes and texts with their colours
// written out and the fonts inside, so that it needs nothing of this page. PNG is that SVG, painted twice as large.

import { toast } from "./toast.js";

const PAINT = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-family", "font-weight", "text-anchor", "marker-end", "marker-start", "opacity"];
const PAD = 12;
const escaped = (text) => String(text).replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
const tag = (name, values, inner = "") => `<${name}${Object.entries(values).map(([key, value]) => value === undefined ? "" : ` ${key}="${escaped(value)}"`).join("")}>${inner}</${name}>`;
const seen = (colour) => !/^(transparent|rgba\(.*, 0\))$/.test(colour);

function walk(element, icons) {
  const style = getComputedStyle(element);
  if (style.display === "none" || style.visibility === "hidden" || element.matches(".sr")) return "";
  const box = element.getBoundingClientRect();
  if (element.localName === "svg") return inline(element, box, style, icons);
  let out = rect(box, style);
  for (const place of ["::before", "::after"]) {
    const piece = getComputedStyle(element, place);
    const [x, y, width, height] = ["left", "top", "width", "height"].map((name) => parseFloat(piece[name]));
    if (piece.content !== "none" && piece.position === "absolute" && width + height) out += rect({ left: box.left + element.clientLeft + x, top: box.top + element.clientTop + y, width, height }, piece);
  }
  for (const child of element.childNodes) out += child.nodeType === 1 ? walk(child, icons) : child.nodeType === 3 ? words(child, style, box) : "";
  return style.opacity === "1" ? out : tag("g", { opacity: style.opacity }, out);
}

function rect({ left: x, top: y, width, height }, style) {
  const [top, right, bottom, left] = ["Top", "Right", "Bottom", "Left"].map((side) => {
    const [kind, w, stroke] = ["Style", "Width", "Color"].map((what) => style[`border${side}${what}`]);
    return { stroke, "stroke-width": kind === "none" || !seen(stroke) ? 0 : parseFloat(w), "stroke-dasharray": { dashed: "6 4", dotted: "1.5 3" }[kind] };
  });
  const w = [right, bottom, left].every((side) => side["stroke-width"] === top["stroke-width"]) ? top["stroke-width"] : 0;
  const shape = { x: x + w / 2, y: y + w / 2, width: Math.max(0, width - w), height: Math.max(0, height - w), rx: Math.min(parseFloat(style.borderTopLeftRadius) || 0, height / 2) };
  const fill = seen(style.backgroundColor) ? style.backgroundColor : "none";
  let out = w || fill !== "none" ? tag("rect", { ...shape, fill, ...(w ? top : {}) }) : "";
  if (shape.rx && parseFloat(style.borderBottomLeftRadius) === 0) out += tag("rect", { ...shape, y: y + height / 2, height: height / 2, rx: 0, fill });
  if (style.backgroundImage.includes("repeating")) out += tag("rect", { ...shape, fill: "url(#hatch)" });
  if (!w) [[top, `M${x} ${y}h${width}`], [right, `M${x + width} ${y}v${height}`], [bottom, `M${x} ${y + height}h${width}`], [left, `M${x} ${y}v${height}`]].forEach(([side, d]) => side["stroke-width"] && (out += tag("path", { d, ...side })));
  return out;
}

// Word by word, so that lines break where they do on the page.
function words(node, style, box) {
  const lines = [];
  const range = document.createRange();
  const cut = style.overflowX !== "visible" && node.parentElement.scrollWidth > node.parentElement.clientWidth;
  for (const { 0: word, index } of node.data.matchAll(/\S+/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    const at = range.getBoundingClientRect();
    if (!at.width || at.left > box.right) continue;
    const text = at.right > box.right + 1 && cut ? `${word.slice(0, Math.max(0, word.length * (box.right - at.left) / at.width - 1))}…` : word;
    if (lines.length && Math.abs(lines.at(-1).y - at.top) < 3) lines.at(-1).text += ` ${text}`;
    else lines.push({ x: at.left, y: at.top, height: at.height, text });
  }
  return lines.map(({ x, y, height, text }) => tag("text", { x, y: y + height * 0.785, fill: style.color, "font-family": style.fontFamily.replaceAll('"', "'"), "font-size": style.fontSize, "font-weight": style.fontWeight, "font-style": style.fontStyle, "letter-spacing": style.letterSpacing, "text-decoration": style.textDecorationLine }, escaped(text))).join("");
}

function inline(element, { left: x, top: y, width, height }, style, icons) {
  const symbol = icons.getElementById(element.querySelector(":scope > use")?.getAttribute("href").split("#")[1]);
  if (symbol) return tag("svg", { x, y, width, height, viewBox: symbol.getAttribute("viewBox"), color: style.color, fill: style.fill, stroke: style.stroke }, symbol.innerHTML.replace(/var\((--[\w-]+)\)/g, (all, token) => style.getPropertyValue(token)));
  const copy = element.cloneNode(true);
  const places = element.querySelectorAll("*");
  copy.querySelectorAll("*").forEach((each, i) => {
    const paint = getComputedStyle(places[i]);
    for (const name of each.getAttributeNames()) if (/^(class|data-)/.test(name)) each.removeAttribute(name);
    if (!/^(g|defs)$/.test(each.localName)) for (const key of PAINT) each.setAttribute(key, paint.getPropertyValue(key).replace(/url\("[^#]*(#[^"]+)"\)/, "url($1)"));
  });
  return tag("svg", { x, y, width, height, overflow: "visible" }, copy.innerHTML);
}

async function fonts() {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].filter((rule) => rule instanceof CSSFontFaceRule));
  return (await Promise.all(rules.map(async (rule) => {
    const address = /url\("?([^")]+)/.exec(rule.cssText)[1];
    const blob = await (await fetch(new URL(address, rule.parentStyleSheet.href))).blob();
    const data = await new Promise((done) => Object.assign(new FileReader(), { onload: (event) => done(event.target.result) }).readAsDataURL(blob));
    return rule.cssText.replace(/url\([^)]+\)/, `url(${data})`);
  }))).join("");
}

async function drawing() {
  const root = [...document.querySelectorAll("#picture, #layers, #twin")].find((each) => each.offsetParent);
  const box = root.getBoundingClientRect();
  const file = await fetch(document.querySelector("#tools use").getAttribute("href").split("#")[0]);
  const icons = new DOMParser().parseFromString(await file.text(), "image/svg+xml");
  const style = getComputedStyle(document.getElementById("stage"));
  const [x, y, width, height] = [box.left - PAD, box.top - PAD, box.width + 2 * PAD, box.height + 2 * PAD].map(Math.round);
  const hatch = tag("pattern", { id: "hatch", width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, tag("path", { d: "M0 0V7", stroke: style.getPropertyValue("--bay"), "stroke-width": 2 }));
  return tag("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: `${x} ${y} ${width} ${height}`, width, height }, `${tag("title", {}, escaped(document.title))}<style>${await fonts()}</style>${hatch}${tag("rect", { x, y, width, height, fill: style.backgroundColor })}${walk(root, icons)}`);
}

async function painted(svg) {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width * 2, height: image.height * 2 });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done));
}

/** Wires the menu. */
export function startPictures() {
  const menu = document.getElementById("export-menu");
  const { code } = document.getElementById("play").dataset;
  for (const link of code ? menu.querySelectorAll("a") : []) link.search = `code=${code}`;
  menu.addEventListener("click", async (event) => {
    const kind = event.target.dataset.picture;
    if (!kind) return;
    try {
      const svg = await drawing();
      const blob = kind === "png" ? await painted(svg) : new Blob([svg], { type: "image/svg+xml" });
      const name = `podium-${location.pathname.split("/").filter(Boolean).pop()}-${/\d+/.exec(document.getElementById("now-text").textContent)}s.${kind}`;
      const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 9999);
      menu.hidePopover();
    } catch {
      toast("The picture could not be drawn.", "Load the page and try again.");
    }
  });
}
