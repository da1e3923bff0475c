// The text twin: the picture's own elements again as headings and tables. Rows are keyed, so focus stays.

const text = (element, field) => element.querySelector(`[data-f="${field}"]`)?.textContent.trim() ?? "";

/** Brings the tables up to date, if they are what is shown. */
export function drawTwin() {
  if (document.getElementById("play")?.dataset.reading !== "text" || !document.getElementById("twin")) return;
  const picture = document.getElementById("picture");
  fill("twin-processes", [...picture.querySelectorAll("button[data-part]")].map((part) => ({
    key: part.id, name: part.dataset.part, data: { part: part.dataset.part }, cells: [describe(part)],
  })));
  fill("twin-owners", [...document.querySelectorAll("#layers .obj")].map((each) => {
    const button = each.querySelector(".t");
    return { key: each.id, name: button.textContent, data: { ref: button.dataset.ref }, cells: [each.querySelector("small").textContent, text(each, "wants") || text(each, "count"), text(each, "wait").replace(/^waits: /, "")] };
  }));
  fill("twin-nodes", [...picture.querySelectorAll("[data-node]")].map((node) => ({
    key: node.id, name: node.dataset.node, data: { nodeName: node.dataset.node },
    cells: [text(node, "word"), text(node, "belief") || "the same", text(node, "promised")],
  })));
  fill("twin-pods", [...picture.querySelectorAll("button[data-pod]")].map((pod) => ({
    key: pod.id, name: pod.dataset.pod, data: { twinPod: pod.dataset.pod, namespace: pod.dataset.namespace, uid: pod.dataset.uid, status: pod.dataset.status },
    cells: [text(pod, "word"), pod.closest("[data-node]")?.dataset.node ?? "none yet", text(pod, "note")],
  })));
}

// What a process says of itself: its label without its own name.
function describe(part) {
  const state = part.dataset.state;
  const counts = [...part.querySelectorAll('[data-f="what"], [data-f="eq"] > span, [data-f="revision"]')].map((each) => each.textContent.trim());
  return [state, ...counts.filter(Boolean)].join(", ");
}

function fill(id, rows) {
  const body = document.getElementById(id);
  const old = new Map([...body.children].map((row) => [row.dataset.of, row]));
  rows.forEach((wanted, index) => {
    const row = old.get(wanted.key) ?? makeRow(wanted);
    old.delete(wanted.key);
    const button = row.querySelector("button");
    Object.assign(button.dataset, wanted.data);
    setText(button, wanted.name);
    wanted.cells.forEach((cell, column) => setText(row.children[column + 1], cell));
    if (body.children[index] !== row) body.insertBefore(row, body.children[index] ?? null);
  });
  for (const row of old.values()) row.remove();
}

function makeRow(wanted) {
  const row = document.createElement("tr");
  row.dataset.of = wanted.key;
  const head = document.createElement("th");
  head.scope = "row";
  const button = document.createElement("button");
  button.type = "button";
  head.append(button);
  row.append(head, ...wanted.cells.map(() => document.createElement("td")));
  return row;
}

function setText(element, value) {
  if (element.textContent !== value) element.textContent = value;
}
