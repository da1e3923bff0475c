"""The table of routes."""

from lessons.stage.routes import SHAPES, TABLE, kind_of, node_of, route, standing
from tests.unit.stage.cardboard import CardboardCluster
from tests.unit.stage.theatre import kill_a_pod


def test_every_row_has_a_shape_the_browser_can_draw() -> None:
    assert set(TABLE.values()) <= set(SHAPES)
    drawing = open("static/js/geometry.js").read()
    assert [shape for shape in SHAPES if f"  {shape}(a, b" not in drawing] == []


def test_a_route_is_found_from_both_ends() -> None:
    there, back = route("user/admin", "master-1/kube-apiserver"), route("master-1/kube-apiserver", "user/admin")
    assert there and back
    assert (there.shape, there.reversed, back.shape, back.reversed) == ("level", False, "level", True)


def test_only_the_door_touches_etcd() -> None:
    others = [ends for ends in TABLE if "etcd" in ends and "kube-apiserver" not in ends and ends != ("etcd", "etcd")]
    assert others == []


def test_parts_tell_their_kind_and_machine() -> None:
    assert [(kind_of(part), node_of(part)) for part in ("worker-1/kubelet", "user/admin", "pod/default/web", "registry")] == [
        ("kubelet", "worker-1"),
        ("user", ""),
        ("pod", ""),
        ("registry", ""),
    ]


def test_every_span_of_the_story_has_a_route_or_happens_in_place() -> None:
    spans = kill_a_pod().spans.values()
    assert [span for span in spans if span.source != span.target and route(span.source, span.target) is None] == []


def test_every_process_has_its_standing_route() -> None:
    rows = standing(CardboardCluster(workers=2).parts())
    assert len(rows) == 1 + 3 + 2 * 3
    assert [
        "worker-1/kubelet|worker-1/container-runtime",
        "worker-1/kubelet",
        "worker-1/container-runtime",
        "beside",
    ] in rows
