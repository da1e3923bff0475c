"""What the documents claim of the model, held against the model."""

import pkgutil
import re
from pathlib import Path

import pytest

from cluster_sim.api import resources
from cluster_sim.apiserver import admission
from cluster_sim.apps.images import APPS
from cluster_sim.controllers.manager import CONTROLLERS
from cluster_sim.faults import FAULTS
from cluster_sim.operations import OPERATIONS
from cluster_sim.scheduler.plugins import PLUGINS
from docs.render import PAGE, areas, markdown

ROOT = Path(__file__).resolve().parents[2]
ENTRIES = [entry for area in areas() for entry in area["entries"]]
NO_PLUGINS = {"refusal", "pod_security_checks"}  # parts of plugins

WHAT_THERE_IS = {
    "controller": {controller.name for controller in CONTROLLERS},
    "plugin": {plugin.name for plugin in PLUGINS},
    "admission": {module.name for module in pkgutil.iter_modules(admission.__path__)} - NO_PLUGINS,
    "resource": {resource.group_resource for resource in resources.RESOURCES},
    "fault": set(FAULTS),
    "operation": set(OPERATIONS),
    "image": set(APPS),
}


@pytest.mark.parametrize("kind", WHAT_THERE_IS)
def test_everything_there_is_stands_in_the_list_once_and_nothing_else(kind):
    named = [name.partition("/")[2] for entry in ENTRIES for name in entry.get("covers", ()) if name.startswith(f"{kind}/")]
    assert sorted(named) == sorted(WHAT_THERE_IS[kind])


def test_an_entry_says_how_true_it_is_and_why_in_a_sentence():
    wrong = [entry["name"] for entry in ENTRIES
             if entry["is"] not in ("faithful", "simplified", "absent") or not re.fullmatch(r"[A-Z0-9].*\.", entry["how"])]
    assert wrong == []


def test_what_is_there_has_code_and_what_is_absent_has_none():
    missing = [path for entry in ENTRIES for path in entry.get("code", ()) if not (ROOT / "cluster_sim" / path).is_file()]
    assert missing == []
    assert [entry["name"] for entry in ENTRIES if entry["is"] == "absent" and entry.get("code")] == []


def test_the_page_is_what_the_list_says():
    assert PAGE.read_text() == markdown()


def test_every_image_that_does_something_is_told_of():
    told = (ROOT / "docs/images.md").read_text()
    assert [image for image in APPS if f"`{image}`" not in told] == []
