"""The house's secret key: made on the first run, kept beside the database, readable by its owner only."""

import os
import secrets
from pathlib import Path


def secret_key(file: Path) -> str:
    """The key in `file`; made there if this is the first run. Two processes starting at once agree on one key."""
    made = secrets.token_urlsafe(50)
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    if not file.exists():
        draft.write_text(made)
        draft.chmod(0o600)
        try:
            os.link(draft, file)  # atomic, and fails if another process was first
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text()
