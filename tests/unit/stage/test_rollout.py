"""A rollout, plotted: old, new and ready over virtual time, within what may change at once."""

import json
from pathlib import Path
from typing import Any

from cluster_sim import Cluster
from lessons.stage import Stage
from tests.unit.stage.cardboard import Clock

SCENE = (Path(__file__).resolve().parents[3] / "lessons/content/kill-a-pod/scene.yaml").read_text()
WEB = "/apis/apps/v1/namespaces/default/deployments/web"


def plot(stage: Stage, cluster: Cluster) -> Any:
    stage.frame(cluster, Clock(cluster.now))
    text = stage.view["rollout"].fields["@data-plot"]
    return json.loads(text) if text else None


def change_image(cluster: Cluster, image: str) -> None:
    body = {"spec": {"template": {"spec": {"containers": [{"name": "nginx", "image": image}]}}}}
    assert cluster.request("PATCH", WEB, body, content_type="application/strategic-merge-patch+json").status == 200


def test_a_rollout_goes_from_all_old_to_all_new_and_keeps_its_bounds() -> None:
    cluster, stage = Cluster.open(SCENE, seed=1), Stage()
    cluster.advance(30)
    assert plot(stage, cluster) is None
    change_image(cluster, "nginx:1.28")
    cluster.advance(60)
    found = plot(stage, cluster)
    assert (found["name"], found["most"], found["least"]) == ("web", 4, 3)
    points = found["points"]
    assert points[0][1:] == [3, 0, 3] and points[-1][1:] == [0, 3, 3]
    assert [point[0] for point in points] == sorted(point[0] for point in points)
    assert all(old + new <= 4 and ready >= 3 for _, old, new, ready in points)


def test_the_plot_is_the_same_however_often_somebody_looks() -> None:
    plots = []
    for looks in (1, 60):
        cluster, stage = Cluster.open(SCENE, seed=1), Stage()
        cluster.advance(30)
        plot(stage, cluster)
        change_image(cluster, "nginx:1.28")
        for _ in range(looks):
            cluster.advance(60 / looks)
            found = plot(stage, cluster)
        plots.append(found)
    assert plots[0] == plots[1]


def test_the_next_act_ends_it() -> None:
    cluster, stage = Cluster.open(SCENE, seed=1), Stage()
    cluster.advance(30)
    plot(stage, cluster)
    change_image(cluster, "nginx:1.28")
    cluster.advance(60)
    assert plot(stage, cluster) is not None
    cluster.request("DELETE", "/api/v1/namespaces/default/pods/cache")
    cluster.advance(2)
    assert plot(stage, cluster) is None
