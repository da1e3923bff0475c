"""Starting over: a fresh cluster in place of the one before, and everybody who follows goes there too.

The class keeps its code, its link and its picture. Pages that look at the old cluster are told where the new one is,
and load it; one that was offline then learns it from the first full state it gets.
"""

from __future__ import annotations

from asgiref.sync import sync_to_async

from lessons import hosting
from lessons.classroom import codes
from lessons.hosting.opening import last_id
from lessons.visitors import Visitor


async def start_over(visitor: Visitor, lesson: str, scene: str, speed: float = hosting.START_SPEED) -> str:
    """The id of a fresh cluster of this lesson or scene."""
    old = await sync_to_async(last_id)(visitor.id, lesson)
    new = await hosting.open(visitor, lesson, scene, fresh=True, speed=speed)
    if old is not None and await sync_to_async(codes.move)(old, new):
        hosting.tell(old, {"t": "moved", "cluster": new})
    return new
