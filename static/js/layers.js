// The Layers view: lines of ownership from Deployment to ReplicaSet to pod, and from each pod to its node.

const SVG = "http://www.w3.org/2000/svg";
const MANY = 6; // pods that fit side by side in full
let drawnFor = "";

/** Draws the lines between the layers, where the page has put them. */
export function drawLayers() {
  const view = document.getElementById("layers");
  const svg = document.getElementById("owns");
  if (!view || !svg || document.getElementById("play").dataset.view !== "layers") return;
  const many = (document.getElementById("layer-pods")?.childElementCount ?? 0) > MANY ? "1" : "";
  if (view.dataset.many !== many) view.dataset.many = many;
  const outer = view.getBoundingClientRect();
  const box = (element) => {
    const b = element.getBoundingClientRect();
    return { x: b.left - outer.left + b.width / 2 + view.scrollLeft, top: b.top - outer.top + view.scrollTop, bottom: b.bottom - outer.top + view.scrollTop, off: b.width === 0 };
  };
  const lines = [];
  for (const owned of view.querySelectorAll("[data-owner]")) {
    const owner = view.querySelector(`[data-uid="${CSS.escape(owned.dataset.owner)}"]`);
    if (owner) lines.push([elbow(box(owner), box(owned)), kind(owned)]);
  }
  for (const slot of view.querySelectorAll("[data-slot-of]")) {
    const pod = view.querySelector(`[data-uid="${CSS.escape(slot.dataset.slotOf)}"]`);
    if (pod) lines.push([curve(box(pod), box(slot)), kind(pod)]);
  }
  const stamp = lines.map((line) => line.join()).join(";");
  if (stamp === drawnFor) return;
  drawnFor = stamp;
  svg.replaceChildren(...lines.map(([d, name]) => {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    path.setAttribute("class", `own ${name}`);
    return path;
  }));
}

function kind(element) {
  if (element.classList.contains("on")) return "sel";
  if (element.dataset.look === "terminating") return "gone";
  return element.dataset.current === "1" ? "new" : "";
}

function elbow(a, b) {
  const middle = (a.bottom + b.top) / 2;
  if (Math.abs(a.x - b.x) < 2) return `M${a.x} ${a.bottom}V${b.top}`;
  const r = Math.min(8, Math.abs(a.x - b.x) / 2, Math.abs(b.top - a.bottom) / 4) * Math.sign(b.x - a.x);
  const s = Math.abs(r);
  return `M${a.x} ${a.bottom}V${middle - s}Q${a.x} ${middle} ${a.x + r} ${middle}H${b.x - r}Q${b.x} ${middle} ${b.x} ${middle + s}V${b.top}`;
}

function curve(a, b) {
  const bend = (b.top - a.bottom) / 2;
  return `M${a.x} ${a.bottom}C${a.x} ${a.bottom + bend} ${b.x} ${b.top - bend} ${b.x} ${b.top}`;
}
