"""The one thread that writes: command records, marks and snapshots, many in one transaction.

It takes one entry, drains what else waits, commits all with one sync to disk, and only then tells those who wait.
So a hundred people acting at once cost a few commits, and nothing is acknowledged that a power cut could undo.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

from django.db import close_old_connections, connection, transaction

from lessons.hosting.models import CommandRecord

BATCH = 500
logger = logging.getLogger(__name__)
Done = Callable[[BaseException | None], None]


@dataclass(frozen=True, slots=True)
class Entry:
    """`records` are appended, then `change` is called, in one transaction; then `done`, with the error if any."""

    records: tuple[CommandRecord, ...] = ()
    change: Callable[[], Any] | None = None
    done: Done = field(default=lambda error: None)


class LogWriter:
    """Started with its first entry."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Entry | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def write(self, entry: Entry) -> None:
        """Queue an entry; `entry.done` is called on the writer's thread when it is on the disk."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
                self._thread.start()
        self._queue.put(entry)

    def close(self) -> None:
        """Write what is queued and stop."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            thread.join()

    def _run(self) -> None:
        going_on = True
        while going_on:
            batch = [self._queue.get()]
            while len(batch) < BATCH:
                try:
                    batch.append(self._queue.get_nowait())
                except Empty:
                    break
            going_on = None not in batch
            self._commit([entry for entry in batch if entry is not None])
        connection.close()

    def _commit(self, entries: list[Entry]) -> None:
        try:
            _write(entries)
        except Exception:
            # One bad entry must not take the others with it: each alone, and each hears of its own error.
            close_old_connections()
            for entry in entries:
                try:
                    _write([entry])
                except Exception as error:
                    logger.exception("A command could not be stored")
                    entry.done(error)
                else:
                    entry.done(None)
        else:
            for entry in entries:
                entry.done(None)


def _write(entries: list[Entry]) -> None:
    with transaction.atomic():
        CommandRecord.objects.bulk_create([record for entry in entries for record in entry.records])
        for entry in entries:
            if entry.change is not None:
                entry.change()
