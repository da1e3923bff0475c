"""What just happened, in numbers."""

from lessons.stage import story
from lessons.stage.element import View
from lessons.stage.mirror import Mirror
from tests.unit.stage.cardboard import CardboardCluster
from tests.unit.stage.theatre import at_rest, kill, kill_a_pod


def drawn(cluster: CardboardCluster, told: story.Story | None = None) -> tuple[story.Story, View]:
    told, mirror, view = told or story.Story(), Mirror(), View()
    told.follow(cluster, mirror.follow(cluster))
    story.draw(view, told, mirror, cluster, cluster.now)
    return told, view


def lines(view: View) -> list[str]:
    return [item.fields["%text"] for item in view.values() if item.template == "chain_line"]


def test_before_the_first_act_nothing_happened() -> None:
    cluster = at_rest()
    cluster.tell(0, "user/admin", "master-1/kube-apiserver", "You create deployment web", lands=0.001)
    _, view = drawn(cluster)
    assert lines(view) == []
    assert view["typed"].fields["@data-empty"] == "1"


def test_the_chain_begins_with_the_act_and_is_numbered_in_order() -> None:
    _, view = drawn(kill_a_pod())
    shown = [item for item in view.values() if item.template == "chain_line"]
    assert [item.fields["n"] for item in shown] == [str(n) for n in range(1, 10)]
    assert lines(view)[0] == '<b>You</b> delete pod <code title="web-7d4b9c6f5d-x2k7q">x2k7q</code>'
    assert [item.fields["lane"] for item in shown] == [
        "You",
        "API server",
        "worker-2",
        "Controllers",
        "Scheduler",
        "worker-3",
        "worker-3",
        "worker-3",
        "worker-3",
    ]


def test_side_effects_stand_indented() -> None:
    _, view = drawn(kill_a_pod())
    aside = [item.fields["n"] for item in view.values() if item.fields.get("@data-side")]
    assert aside == ["3", "7"]


def test_a_delivery_counts_from_its_arrival() -> None:
    _, view = drawn(kill_a_pod())
    third = next(item for item in view.values() if item.fields.get("n") == "3")
    assert (third.fields["small"], third.fields["@data-reversed"]) == ("0.011 s", "")
    ninth = next(item for item in view.values() if item.fields.get("n") == "9")
    assert ninth.fields["small"] == "0.314 s · lands in 0.004 s"


def test_a_number_once_given_stays_though_an_earlier_span_is_told_later() -> None:
    cluster = at_rest()
    root = kill(cluster)
    quiet = cluster.tell(41.01, "master-1/kube-apiserver", "worker-2/kubelet", "", root, lands=41.02, level="detail")
    cluster.tell(41.015, "master-1/kube-controller-manager", "master-1/kube-apiserver", "It acts", root, lands=41.016)
    told, _ = drawn(cluster)
    cluster.retell(quiet, "kubelet sees it")
    told, view = drawn(cluster, told)
    assert told.numbers == {root: 1, quiet + 1: 2, quiet: 3}
    assert [item.fields["n"] for item in view.values() if item.template == "chain_line"] == ["1", "2", "3"]


def test_the_next_act_begins_a_new_chain() -> None:
    cluster = kill_a_pod()
    told, _ = drawn(cluster)
    again = kill(cluster)
    told, view = drawn(cluster, told)
    assert told.root == again
    assert len(lines(view)) == 1


def test_the_act_is_shown_as_kubectl_would_type_it() -> None:
    _, view = drawn(kill_a_pod())
    assert view["typed"].fields == {
        "@data-empty": "",
        "kubectl": "kubectl delete pod web-7d4b9c6f5d-x2k7q",
        "request": "DELETE /api/v1/namespaces/default/pods/web-7d4b9c6f5d-x2k7q",
    }
