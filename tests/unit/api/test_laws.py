"""Laws that hold for any object, patch, selector, quantity and text: Hypothesis looks for one that breaks them."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cluster_sim.api import managed_fields, patches, quantity, schema, selectors, yaml
from cluster_sim.kernel.frozen import freeze

law = settings(max_examples=60, deadline=None, derandomize=True)

WORDS = st.text(alphabet="abcdefghij", min_size=1, max_size=6)
SCALARS = st.one_of(st.booleans(), st.integers(-(10**6), 10**6), st.text(max_size=8), WORDS)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(WORDS, inner, max_size=4)),
    max_leaves=20,
)
OBJECTS = st.dictionaries(WORDS, JSON, max_size=5)
LABELS = st.dictionaries(WORDS, WORDS, max_size=4)
CONTAINERS = st.lists(st.fixed_dictionaries({"name": WORDS, "image": WORDS}), max_size=5, unique_by=lambda c: c["name"])


def pod(containers: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": containers}}


@law
@given(OBJECTS, OBJECTS)
def test_a_merge_patch_applied_twice_is_applied_once(obj: Any, patch: Any) -> None:
    once = patches.merge_patch(freeze(obj), freeze(patch))
    assert patches.merge_patch(once, patch) == once


@law
@given(OBJECTS, WORDS, JSON)
def test_what_a_json_patch_adds_it_can_remove(obj: Any, name: str, value: Any) -> None:
    bare = {key: item for key, item in obj.items() if key != name}
    added = patches.json_patch(freeze(bare), [{"op": "add", "path": f"/{name}", "value": value}])
    assert patches.json_patch(added, [{"op": "test", "path": f"/{name}", "value": value}]) == added
    assert patches.json_patch(added, [{"op": "remove", "path": f"/{name}"}]) == bare


@law
@given(CONTAINERS, CONTAINERS)
def test_a_strategic_merge_keeps_every_container_once_and_lets_the_patch_win(live: Any, patch: Any) -> None:
    merged = patches.strategic_merge_patch(freeze(pod(live)), freeze(pod(patch)), "v1", "Pod")["spec"]["containers"]
    wanted = {c["name"]: c["image"] for c in [*live, *patch]}
    assert {c["name"]: c["image"] for c in merged} == wanted
    assert len(merged) == len(wanted)
    again = patches.strategic_merge_patch(pod(merged), pod(patch), "v1", "Pod")["spec"]["containers"]
    assert again == merged


@law
@given(LABELS, LABELS)
def test_a_selector_made_of_labels_matches_exactly_those_who_have_them(wanted: Any, labels: Any) -> None:
    text = ",".join(f"{key}={value}" for key, value in wanted.items())
    requirements = selectors.parse_label_selector(text)
    has_all = all(labels.get(key) == value for key, value in wanted.items())
    assert selectors.matches_requirements(requirements, labels) is has_all
    assert selectors.matches({"matchLabels": wanted}, labels) is has_all
    assert selectors.parse_label_selector(selectors.format_requirements(requirements)) == requirements


@law
@given(st.text(max_size=20))
def test_no_text_breaks_the_selector_parser(text: str) -> None:
    for parse in (selectors.parse_label_selector, selectors.parse_field_selector):
        try:
            assert parse(text) == parse(text)
        except selectors.ApiError as error:
            assert error.code == 400


@law
@given(st.integers(-(10**15), 10**15), st.sampled_from(["", "m", "k", "M", "Ki", "Mi", "Gi", "e3"]))
def test_a_quantity_survives_its_canonical_form(number: int, suffix: str) -> None:
    text = f"{number}{suffix}"
    canonical = quantity.canonical(text)
    assert quantity.nano(canonical) == quantity.nano(text)
    assert quantity.canonical(canonical) == canonical


@law
@given(OBJECTS)
def test_what_is_dumped_as_yaml_is_read_back(obj: Any) -> None:
    assert yaml.load_all(yaml.dump(obj)) in ([obj], [] if not obj else [obj])


@law
@given(st.text(max_size=60))
def test_no_text_breaks_the_yaml_reader(text: str) -> None:
    try:
        assert isinstance(yaml.load_all(text), list)
    except yaml.YamlError as error:
        assert error.message


@law
@given(OBJECTS)
def test_any_object_decodes_and_what_is_left_has_no_complaint(spec: Any) -> None:
    pruned, _, _ = schema.decode(freeze({"metadata": {"name": "p"}, "spec": spec, **spec}), "v1", "Pod")
    assert schema.decode(pruned, "v1", "Pod") == (pruned, None, [])


@law
@given(LABELS, LABELS, LABELS)
def test_an_applier_gets_what_it_names_and_loses_what_it_drops(first: Any, second: Any, third: Any) -> None:
    structure = managed_fields.of_kind("v1", "ConfigMap")

    def apply(live: Any, data: Any, manager: str) -> Any:
        config = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": data}
        return freeze(managed_fields.apply(live, config, structure, manager, "2026-01-01T00:00:00Z", force=True))

    live = apply(apply(apply(None, first, "alice"), second, "bob"), third, "alice")
    kept = {key: value for key, value in second.items() if key not in third}
    assert (live.get("data") or {}) == {**kept, **third}
