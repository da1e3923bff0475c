"""Patches: the three ways to say what should change. Each makes a new object and leaves its input alone.

json_patch.py is RFC 6902, merge_patch.py RFC 7386, strategic_merge.py Kubernetes' own. Server-side apply, the fourth,
needs managed fields and lives in the API server.
"""

from __future__ import annotations

from .json_patch import json_patch
from .merge_patch import merge_patch
from .strategic_merge import strategic_merge_patch

__all__ = ["json_patch", "merge_patch", "strategic_merge_patch"]
