// The small cluster on the home page. A click kills a pod; the server plays the model from the same opening with all
// kills so far and answers with the story of the last one, which is shown here moment by moment.

const house = document.getElementById("house");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const BEAT = 800; // ms between moments: slow enough to read a line
const kills = [];
let telling = 0;

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

function icon(button, look) {
  const base = house.dataset.icons;
  const [mark, container] = button.querySelectorAll("use");
  mark.setAttribute("href", `${base}#${look}`);
  container.setAttribute("href", `${base}#c-${look}`);
}

// Pods keep their element, so that focus stays; who is gone leaves a free bay, who is new takes one.
function showPods(pods, hit) {
  const byName = new Map(pods.map((pod) => [pod.name, pod]));
  for (const button of house.querySelectorAll("[data-pod]")) {
    if (!byName.has(button.dataset.pod)) button.replaceWith(document.createElement("i"));
  }
  for (const pod of pods) {
    let button = house.querySelector(`[data-pod="${CSS.escape(pod.name)}"]`);
    if (!button) {
      const bay = document.querySelector(`#room-${pod.node} .hbays`)?.children[pod.bay];
      if (!bay) continue;
      button = document.getElementById("pod-template").content.firstElementChild.cloneNode(true);
      button.dataset.pod = pod.name;
      bay.replaceWith(button);
    }
    button.dataset.status = pod.status;
    button.dataset.look = pod.look;
    button.setAttribute("aria-label", `Pod ${pod.name}, ${pod.status}`);
    button.title = `${pod.short}, ${pod.status}`;
    button.classList.toggle("hit", pod.name === hit);
    icon(button, pod.look);
  }
}

function clear() {
  house.querySelector(".hnumbers").replaceChildren();
  for (const route of house.querySelectorAll(".rt.used")) route.classList.remove("used");
}

function number(n, place) {
  document.getElementById(`route-${place}`)?.classList.add("used");
  const box = house.querySelector(".hnumbers");
  for (const old of box.children) old.classList.remove("now");
  box.querySelector(`.at-${CSS.escape(place)}`)?.remove();
  const disc = document.createElement("span");
  disc.className = `n now at-${place}`;
  disc.textContent = n;
  box.append(disc);
}

function tell(n, text, you = false) {
  const line = document.getElementById("tell");
  line.firstElementChild.textContent = n;
  line.firstElementChild.classList.toggle("you", you);
  line.firstElementChild.hidden = !n;
  line.lastElementChild.textContent = text;
}

async function play(story, killed, goesOn = false) {
  const mine = ++telling;
  if (!goesOn) clear();
  for (const moment of story.moments) {
    if (mine !== telling) return;
    if (moment.place && moment.place !== "you") number(moment.n, moment.place);
    if (moment.text) tell(moment.n, moment.text, moment.place === "you");
    showPods(moment.pods, killed);
    await wait(still.matches ? 0 : BEAT);
  }
  if (mine !== telling) return;
  showPods(story.moments.at(-1).pods, "");
  const came = story.new ? `${story.new} runs in ${story.node}: another name, another place.` : "The pod is gone.";
  tell("", story.last ? `${came} Lesson 1 tells the rest.` : `${came} Click the next one, or begin lesson 1.`);
}

async function kill(button) {
  if (button.dataset.status === "Terminating") return;
  const name = button.dataset.pod;
  const next = [...kills, name];
  button.classList.add("hit");
  let answer;
  try {
    answer = await fetch(`${house.dataset.story}?${new URLSearchParams(next.map((each) => ["kill", each]))}`);
  } catch {
    return tell("", "The connection is lost. Load the page again.");
  }
  if (!answer.ok) {
    button.classList.remove("hit");
    return tell("", "Six pods are enough for a picture this small. Lesson 1 gives you a cluster of your own.");
  }
  kills.push(name);
  return play(await answer.json(), name);
}

house?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-pod]");
  if (button) kill(button);
});

// The story in the picture at first paint goes on to its end, once.
async function begin() {
  const first = house?.dataset.first;
  if (!first) return;
  kills.push(first);
  const [answer] = await Promise.all([fetch(`${house.dataset.story}?kill=${encodeURIComponent(first)}`), wait(2600)]);
  if (!answer.ok || telling) return;
  const story = await answer.json();
  const at = Number(house.dataset.at);
  if (!still.matches) play({ ...story, moments: story.moments.slice(at) }, first, true);
}

begin();
