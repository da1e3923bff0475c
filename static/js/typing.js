// Whether a key belongs to what somebody types into. A slider, a radio button or a box takes no letters.

const FIELDS = "textarea, select, [contenteditable], input:not([type=range], [type=radio], [type=checkbox])";

/** Whether the event's target is a place to type. */
export const isTyping = (event) => Boolean(event.target.closest?.(FIELDS));
