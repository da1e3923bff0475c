// Semantic zoom while rooms come and go; the levels are those of lessons/stage/zoom.py.

const LEVELS = [[3, "near"], [6, "compact"], [12, "marks"], [30, "cells"]];

/** Sets how much is said of each room, by how many there are. */
export function zoomRooms() {
  const rooms = document.getElementById("rooms");
  const count = rooms?.childElementCount ?? 0;
  const level = LEVELS.find(([most]) => count <= most)?.[1] ?? "dots";
  if (rooms && rooms.dataset.zoom !== level) rooms.dataset.zoom = level;
}
