"""Which volume suits which claim (pkg/controller/volume/persistentvolume/index_test.go)."""

import pytest

from cluster_sim.controllers.volume_matching import best_match


def a_volume(name, size="5Gi", modes=("ReadWriteOnce",), claim=None, **spec):
    ref = {"claimRef": {"namespace": "default", "name": claim}} if claim else {}
    return {"metadata": {"name": name, "labels": {"disk": name}},
            "spec": {"capacity": {"storage": size}, "accessModes": [*modes], "storageClassName": "std", **ref, **spec}}


def a_claim(size="3Gi", modes=("ReadWriteOnce",), **spec):
    return {"metadata": {"namespace": "default", "name": "c", "uid": "uid-c"},
            "spec": {"resources": {"requests": {"storage": size}}, "accessModes": [*modes], "storageClassName": "std",
                     **spec}}


@pytest.mark.parametrize(("claim", "volumes", "expected"), [
    (a_claim(), [a_volume("big", "20Gi"), a_volume("mid"), a_volume("tiny", "1Gi")], "mid"),
    (a_claim("6Gi"), [a_volume("mid")], None),
    (a_claim(modes=("ReadWriteMany",)), [a_volume("mid")], None),
    (a_claim(storageClassName="other"), [a_volume("mid")], None),
    (a_claim(), [a_volume("mid"), a_volume("mine", "20Gi", claim="c")], "mine"),
    (a_claim(), [a_volume("taken", claim="other")], None),
    (a_claim(volumeMode="Block"), [a_volume("files"), a_volume("blocks", volumeMode="Block")], "blocks"),
    (a_claim(selector={"matchLabels": {"disk": "b"}}), [a_volume("a"), a_volume("b")], "b"),
    (a_claim(), [a_volume("b"), a_volume("a")], "a"),
])
def test_the_smallest_free_volume_that_fits_is_taken(claim, volumes, expected):
    found = best_match(claim, volumes)
    assert (found and found["metadata"]["name"]) == expected
