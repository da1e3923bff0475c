"""What is on screen: from a cluster's public face to keyed elements, and from two looks to a frame.

`Stage` is made once per hosted cluster and used by the thread that owns it:

    stage.frame(cluster, clock)  what changed since the last frame, as JSON; None when nothing did
    stage.full(cluster, clock)   everything, as JSON, for a page that has just connected
    stage.page(cluster, clock)   the context of `templates/stage/stage.html`, `why.html` and `time.html`

Read in this order: `mirror` (what we know), `pods`, `floor`, `nodes`, `control_plane` (what it looks like), `story`
(what just happened), `routes` and `messages` (what travels), `frame` and `render` (how it reaches the page).
"""

from lessons.stage.stage import Stage

__all__ = ["Stage"]
