// Where things are, in the coordinates of the stage, and the shapes of routes between them.
// A shape is named by the server's table of routes (lessons/stage/routes.py); here is only its drawing.

/** The stage's picture: the element routes are drawn over. */
export const picture = () => document.getElementById("picture");

// What was looked up and measured, until the script that asked is through: drawing all routes asks the same many times.
let known = null;

function once(key, find) {
  if (!known) {
    known = new Map();
    queueMicrotask(() => (known = null));
  }
  if (!known.has(key)) known.set(key, find());
  return known.get(key);
}

/** The box of an element relative to the picture. */
export const box = (element) => once(element, () => {
  const outer = once("outer", () => picture().getBoundingClientRect());
  const b = element.getBoundingClientRect();
  const left = b.left - outer.left;
  const top = b.top - outer.top;
  return {
    left, top, width: b.width, height: b.height, right: left + b.width, bottom: top + b.height,
    x: left + b.width / 2, y: top + b.height / 2,
  };
});

/** The element that stands for a part, or null when it is not on the stage. */
export const partElement = (part) => once(part, () => elementOf(part));

function elementOf(part) {
  if (part.startsWith("user/")) return document.getElementById("you");
  if (part.startsWith("pod/")) {
    const [, namespace, name] = part.split("/");
    for (const pod of document.querySelectorAll(`#picture [data-pod="${CSS.escape(name)}"]`)) {
      if (pod.dataset.namespace === namespace) return pod;
    }
    return null;
  }
  return document.querySelector(`#picture [data-part="${CSS.escape(part)}"]`);
}

const R = 10;

// A line through points with horizontal and vertical legs, its corners rounded.
function rounded(points) {
  let d = `M${points[0][0]} ${points[0][1]}`;
  for (let i = 1; i < points.length - 1; i += 1) {
    const [ax, ay] = points[i - 1];
    const [bx, by] = points[i];
    const [cx, cy] = points[i + 1];
    const r = Math.min(R, Math.hypot(bx - ax, by - ay) / 2, Math.hypot(cx - bx, cy - by) / 2);
    const toward = (x, y) => {
      const length = Math.hypot(x - bx, y - by) || 1;
      return `${bx + ((x - bx) / length) * r} ${by + ((y - by) / length) * r}`;
    };
    d += `L${toward(ax, ay)}Q${bx} ${by} ${toward(cx, cy)}`;
  }
  const [x, y] = points[points.length - 1];
  return `${d}L${x} ${y}`;
}

const spread = (index, count) => (index + 1) / (count + 1);

// Rooms left of the door leave it on its left half, the farthest highest; the right half mirrors that.
function lane(room, door) {
  const { columns, first } = once("rooms", () => {
    const rooms = [...document.querySelectorAll("#rooms > .room")].map(box);
    return { columns: [...new Set(rooms.map((r) => Math.round(r.left)))].sort((a, b) => a - b), first: Math.min(...rooms.map((r) => r.top)) };
  });
  const mine = Math.round(room.left);
  const left = columns.filter((x) => x + room.width / 2 < door.x - 1);
  const right = columns.filter((x) => x + room.width / 2 >= door.x - 1).reverse();
  const side = left.includes(mine) ? left : right;
  const index = Math.max(0, side.indexOf(mine));
  const far = spread(index, side.length);
  const space = Math.max(20, first - door.bottom - 22);
  const exit = side === left
    ? door.left + 14 + far * (door.width / 2 - 20)
    : door.right - 14 - far * (door.width / 2 - 20);
  return { exit, y: door.bottom + Math.min(18 + index * 20, space * ((index + 1) / (side.length + 1)) + 8) };
}

// A room, and whether it stands behind another row of rooms.
function roomBox(element) {
  const first = element.parentElement?.firstElementChild;
  const b = box(element);
  return { ...b, element, behind: first && b.top > box(first).bottom };
}

// Where the route comes down into a room: over the left part of its kubelet.
function shaft(room) {
  const kubelet = room.element.querySelector(".service .fix");
  if (!kubelet) return room.left + room.width / 10;
  const b = box(kubelet);
  return b.left + b.width * 0.24;
}

// The load balancer's bar spans the landing: what comes from it falls straight down, or beside the rooms in front.
const isBar = (a) => a.width > 260;

// From the door or the bar into a room, beside those in front of it.
function into(a, room, end) {
  const x = end[0][0];
  const gap = room.behind ? room.left - 6 : x;
  const { exit, y } = isBar(a) ? {} : lane(room, a);
  const start = isBar(a) ? [[gap, a.bottom]] : [[exit, a.bottom], [exit, y], [gap, y]];
  return rounded([...start, ...(room.behind ? [[gap, room.top - 6], [x, room.top - 6]] : []), ...end]);
}

// Straight into a side, at one height.
function sideways(a, b, y) {
  return a.x < b.x ? `M${a.right} ${y}L${b.left} ${y}` : `M${a.left} ${y}L${b.right} ${y}`;
}

const shapes = {
  // user or load balancer at the door's height: one straight line
  level(a, b) {
    if (a.bottom <= b.top) return `M${a.x} ${a.bottom}L${a.x} ${b.top}`; // the one address lies below
    return sideways(a, b, Math.min(Math.max(a.y, b.top + 8), b.bottom - 6));
  },
  // controller manager, scheduler: straight into the side of the door
  side(a, b) {
    if (a.bottom <= b.top) { // in a wing they sit above their door: down, then into its side
      const y = b.top + b.height / 2;
      return rounded([[a.x, a.bottom], [a.x, y], [a.x < b.x ? b.left : b.right, y]]);
    }
    return sideways(a, b, Math.max(a.y, b.top + 34));
  },
  // etcd over the door
  up(a, b) {
    return `M${b.x} ${b.top}L${b.x} ${a.bottom}`;
  },
  // between etcd's members: over the tops of the wings
  over(a, b) {
    const y = Math.max(4, Math.min(a.top, b.top) - 56);
    const [x, to] = a.x < b.x ? [a.x + 12, b.x - 12] : [a.x - 12, b.x + 12];
    return rounded([[x, a.top], [x, y], [to, y], [to, b.top]]);
  },
  // the one address up to a door
  rise(a, b) {
    return `M${b.x} ${a.top}L${b.x} ${b.bottom}`;
  },
  // door to kubelet: down through the landing, along it, down into the room
  down(a, b, room) {
    const x = shaft(room);
    const below = !isBar(a) && !room.behind && x > a.left + R && x < a.right - R && Math.abs(lane(room, a).exit - x) < 2 * R;
    return below ? `M${x} ${a.bottom}L${x} ${b.top}` : into(a, room, [[x, b.top]]);
  },
  // door to kube-proxy: as to the kubelet, then a branch over the fixtures' heads
  branch(a, b, room) {
    if (b.height < 18) return shapes.down(a, b, room); // a room far away has no space for a branch
    const x = shaft(room);
    return into(a, room, [[x, b.top - 9], [b.x, b.top - 9], [b.x, b.top]]);
  },
  // two fixtures side by side
  beside(a, b) {
    return a.x < b.x ? `M${a.right} ${a.y}L${b.left} ${b.y}` : `M${a.left} ${a.y}L${b.right} ${b.y}`;
  },
  // fixture to a pod in its room: down, through the gap between the columns, into the pod's side
  inside(a, b) {
    const gutter = b.x < a.x ? b.right + 3 : b.left - 3;
    const y = b.top + 16;
    const into = b.x < a.x ? b.right : b.left;
    return rounded([[a.x, a.bottom], [a.x, a.bottom + 7], [gutter, a.bottom + 7], [gutter, y], [into, y]]);
  },
  // registry to runtime: along the foot of the landing
  landing(a, b, room) {
    const y = room.top - 12;
    return rounded([[a.x, a.bottom], [a.x, y], [b.x, y], [b.x, b.top]]);
  },
  // anything over the pod network: a calm curve
  wire(a, b) {
    const bend = Math.max(30, Math.abs(b.x - a.x) / 3);
    return `M${a.x} ${a.bottom}C${a.x} ${a.bottom + bend} ${b.x} ${b.bottom + bend} ${b.x} ${b.bottom}`;
  },
};

/** The path of a route from part `a` to part `b`, in the table's direction; "" when an end is not on the stage. */
export function routePath(shape, a, b) {
  const from = partElement(a);
  const to = partElement(b);
  if (!from || !to || !shapes[shape] || !from.offsetParent || !to.offsetParent) return "";
  const room = to.closest(".room") ?? from.closest(".room");
  return shapes[shape](box(from), box(to), room && roomBox(room));
}
