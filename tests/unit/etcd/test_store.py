"""The store's revisions, versions, history and compaction, as etcd's mvcc counts them."""

import pytest

from cluster_sim.etcd.store import Compacted, Store


@pytest.fixture
def store():
    return Store({})


def test_the_counter_starts_at_1_and_every_write_takes_the_next(store):
    assert store.revision == 1
    assert [store.put("/a", 1, 0)[0], store.put("/b", 1, 0)[0], store.delete("/a", 0)[0]] == [2, 3, 4]


def test_a_key_knows_its_creation_its_last_change_and_its_version(store):
    store.put("/a", "x", 0)
    store.put("/b", "y", 0)
    store.put("/a", "z", 0)
    assert store.get("/a")[:4] == ["z", 2, 4, 2]
    store.delete("/a", 0)
    store.put("/a", "new", 0)
    assert store.get("/a")[:4] == ["new", 6, 6, 1]


def test_deleting_what_is_not_there_takes_no_revision(store):
    assert store.delete("/nothing", 0) is None
    assert store.revision == 1


def test_a_range_is_in_key_order_whatever_the_order_of_writes(store):
    for key in ("/p/c", "/p/a", "/q/a", "/p/b"):
        store.put(key, key, 0)
    assert [row[0] for row in store.range("/p/")] == ["/p/a", "/p/b", "/p/c"]


def test_history_after_a_revision_has_old_and_new_values(store):
    store.put("/a", "x", 5)
    store.put("/a", "y", 6)
    store.delete("/a", 7)
    assert store.since(2) == [[3, "put", "/a", "y", "x", 2, 6], [4, "delete", "/a", None, "y", 2, 7]]
    assert store.since(4) == []


def test_compaction_forgets_and_says_so(store):
    for value in range(5):
        store.put("/a", value, 0)
    store.compact(4)
    assert [event[0] for event in store.since(4)] == [5, 6]
    with pytest.raises(Compacted):
        store.since(3)
    assert store.get("/a")[0] == 4
