"""Semantic zoom: how much is said of a room, by how many rooms share the floor. `static/css/crowd.css` draws it,
frames tell it while rooms come and go.
"""

LEVELS = ((3, "near"), (6, "compact"), (12, "marks"), (30, "cells"))  # up to so many rooms


def level(rooms: int) -> str:
    """The level for a number of rooms."""
    return next((name for most, name in LEVELS if rooms <= most), "dots")
