"""Static files with their content's hash in the name, compressed, cached for ever (WhiteNoise).

`manage.py serve` collects them at start. Where nothing was collected (tests, a debugging run) the plain name is
served from `static/`, so that no page ever fails for want of a manifest.
"""

from typing import Any

from django.conf import settings
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    manifest_strict = False
    # What a module imports has its hash too: compressed, cached for ever. Django finds imports by their words, in any
    # case: nothing that is imported may end in "export" or "import".
    support_js_module_import_aggregation = True

    def hashed_name(self, name: str, content: Any = None, filename: str | None = None) -> str:
        try:
            return super().hashed_name(name, content, filename)
        except ValueError:  # not collected
            return name

    def stored_name(self, name: str) -> str:
        return name if settings.DEBUG or not self.hashed_files else super().stored_name(name)
