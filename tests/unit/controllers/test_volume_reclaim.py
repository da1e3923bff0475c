"""What becomes of a volume whose claim is gone, and what does not fit a claim that names it.

Facts: pkg/controller/volume/persistentvolume (delete_test.go, recycle_test.go, binder_test.go), pkg/volume/hostpath.
"""

import pytest

from cluster_sim.controllers.volume_matching import best_match, mismatch, reserved_for
from cluster_sim.controllers.volume_reclaim import verdict
from tests.unit.controllers.test_volume_matching import a_claim, a_volume

TMP, DATA = {"hostPath": {"path": "/tmp/one"}}, {"hostPath": {"path": "/data"}}
CSI, NFS, CEPH = {"csi": {"driver": "d"}}, {"nfs": {"server": "s"}}, {"rbd": {"image": "i"}}
MADE = "pv.kubernetes.io/provisioned-by"
ERROR = 'error getting deleter volume plugin for volume "v": '


@pytest.mark.parametrize(("policy", "source", "maker", "expected"), [
    ("Retain", DATA, None, ("keep", "", "")),
    ("Delete", TMP, None, ("delete", "", "")),
    ("Delete", DATA, None, ("fail", "VolumeFailedDelete",
                            "host_path deleter only supports /tmp/.+ but received provided /data")),
    ("Delete", DATA, "example.com/disk", ("keep", "", "")),
    ("Delete", CSI, "csi.example.com", ("keep", "", "")),
    ("Delete", CSI, None, ("fail", "VolumeFailedDelete", f"{ERROR}no deletable volume plugin matched")),
    ("Delete", NFS, None, ("fail", "VolumeFailedDelete", f"{ERROR}no deletable volume plugin matched")),
    ("Delete", CEPH, None, ("fail", "VolumeFailedDelete", f"{ERROR}no volume plugin matched")),
    ("Recycle", CSI, None, ("fail", "VolumeFailedRecycle", "No recycler plugin found for the volume!")),
    ("Recycle", NFS, None, ("keep", "", "")),
])
def test_the_policy_and_whoever_made_it_decide(policy, source, maker, expected):
    volume = {"metadata": {"name": "v", "annotations": {MADE: maker} if maker else {}},
              "spec": {"persistentVolumeReclaimPolicy": policy, **source}}
    assert verdict(volume) == expected


@pytest.mark.parametrize(("volume", "claim", "why"), [
    (a_volume("v"), a_claim(), ""),
    (a_volume("v", "1Gi"), a_claim(), "requested PV is too small"),
    (a_volume("v", storageClassName="other"), a_claim(), "storageClassName does not match"),
    (a_volume("v", volumeMode="Block"), a_claim(), "incompatible volumeMode"),
    (a_volume("v"), a_claim(modes=("ReadWriteMany",)), "incompatible accessMode"),
    (a_volume("v", modes=("ReadWriteMany", "ReadWriteOnce")), a_claim(), ""),
    (a_volume("v", "1Gi", storageClassName="other"), a_claim(), "requested PV is too small"),
    (a_volume("v") | {"metadata": {"name": "v", "deletionTimestamp": "2026-01-01T00:00:00Z"}}, a_claim(),
     'the volume is marked for deletion "v"'),
])
def test_the_first_thing_that_does_not_fit_is_named(volume, claim, why):
    assert mismatch(volume, claim) == why


@pytest.mark.parametrize(("volumes", "expected"), [
    ([a_volume("mine", claim="c", storageClassName="other")], "mine"),
    ([a_volume("mine", "1Gi", claim="c")], None),
    ([a_volume("mine", claim="c", volumeMode="Block")], None),
    ([a_volume("free")], None),
])
def test_a_reserved_volume_needs_room_and_mode_but_no_class(volumes, expected):
    found = reserved_for(a_claim(), volumes)
    assert (found and found["metadata"]["name"]) == expected


def test_a_volume_for_one_use_is_taken_before_a_smaller_one_for_many():
    many = a_volume("many", "3Gi", modes=("ReadWriteOnce", "ReadOnlyMany"))
    assert best_match(a_claim(), [many, a_volume("one", "20Gi")])["metadata"]["name"] == "one"
