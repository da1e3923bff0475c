// The lesson beside its cluster: the Kill tool's lock, what a step lights up on the stage, and moving on by itself
// when the awaited goal is done. The server decides all of it; this only passes it on.

const panel = () => document.getElementById("panel");

// The tools that act follow the panel: locked until the question is answered.
function showLock() {
  const why = panel()?.dataset.lock ?? "";
  for (const tool of document.querySelectorAll('#tools [data-tool="kill"]')) {
    if (why) {
      tool.setAttribute("aria-disabled", "true");
      tool.dataset.why = why;
    } else if (tool.getAttribute("aria-disabled")) {
      tool.removeAttribute("aria-disabled");
      delete tool.dataset.why;
      tool.click();
    }
  }
}

// What to look at: parts by their process, nodes and pods by their name.
function showLight() {
  for (const lit of document.querySelectorAll(".lit")) lit.classList.remove("lit");
  for (const name of (panel()?.dataset.light ?? "").split(" ").filter(Boolean)) {
    const word = CSS.escape(name);
    for (const found of document.querySelectorAll(`[data-part$="/${word}"], [data-node="${word}"], [data-pod^="${word}"]`)) {
      found.classList.add("lit");
    }
  }
}

function showPlace() {
  const place = document.querySelector(".head .of-steps");
  if (place && panel()) place.textContent = panel().dataset.step;
}

// The goal a panel waits for is done: go on, once.
function goOn() {
  const form = document.querySelector(".awaits[data-goal]");
  const goal = form && document.querySelector(`#goals [data-goal="${CSS.escape(form.dataset.goal)}"]`);
  if (goal?.dataset.status !== "done" || form.dataset.sent) return;
  form.dataset.sent = "1";
  form.requestSubmit();
}

function refresh() {
  showLock();
  showLight();
  showPlace();
  goOn();
}

// After a step the reader is at its heading; the goals' own changes move nobody.
document.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail?.ctx?.target ?? event.target;
  if (target?.id !== "panel" && !document.getElementById("panel")?.contains(document.activeElement)) return refresh();
  refresh();
  const heading = panel()?.querySelector("h1");
  if (document.activeElement === document.body) heading?.focus({ preventScroll: true });
  panel()?.parentElement?.scrollTo({ top: 0 });
  return undefined;
});

const goals = new MutationObserver(goOn);
function watchGoals() {
  goals.disconnect();
  const column = document.getElementById("main");
  if (column) goals.observe(column, { childList: true, subtree: true });
}

watchGoals();
refresh();
