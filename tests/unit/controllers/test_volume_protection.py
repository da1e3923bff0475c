"""What keeps a claim or a volume that is being deleted (facts of pkg/controller/volume/pvcprotection, pvprotection)."""

import pytest

from cluster_sim.controllers.volume_protection import CLAIM_FINALIZER, claims_of, is_held, may_mount
from tests.unit.controllers.builders import a_pod, at


@pytest.mark.parametrize(("phase", "node", "mounts"), [
    ("Pending", "", False), ("Pending", "worker-1", True), ("Running", "worker-1", True), ("Unknown", "worker-1", True),
    ("Succeeded", "worker-1", False), ("Failed", "worker-1", False)])
def test_a_pod_uses_its_claims_from_when_it_has_a_node_until_it_ends(phase, node, mounts):
    assert may_mount(a_pod(phase=phase, node=node)) is mounts


@pytest.mark.parametrize(("volumes", "claims"), [
    ([], []), ([{"name": "a", "emptyDir": {}}], []),
    ([{"name": "a", "persistentVolumeClaim": {"claimName": "data"}}, {"name": "b", "ephemeral": {}}], ["data"]),
    ([{"name": "b", "ephemeral": {"volumeClaimTemplate": {}}}], ["web-b"])])
def test_a_pods_claims_are_those_it_names_and_those_made_for_it(volumes, claims):
    pod = a_pod("web")
    assert claims_of({**pod, "spec": {**pod["spec"], "volumes": volumes}}) == claims


@pytest.mark.parametrize(("deleted", "finalizers", "held"), [
    (True, [CLAIM_FINALIZER], True), (True, ["example.com/x"], False), (False, [CLAIM_FINALIZER], False), (True, [], False)])
def test_only_what_is_being_deleted_is_let_go(deleted, finalizers, held):
    meta = {"name": "data", "finalizers": finalizers, **({"deletionTimestamp": at(0)} if deleted else {})}
    assert is_held({"metadata": meta}, CLAIM_FINALIZER) is held
