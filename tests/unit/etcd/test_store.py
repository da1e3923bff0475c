"""The store's revisions, versions, history and compaction, as etcd's mvcc counts them."""

import pytest

from cluster_sim.etcd.store import Compacted, FutureRevision, Store


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
    assert store.since(2) == [[3, "put", "/a", "y", "x", 2, 6, 2, 1], [4, "delete", "/a", None, "y", 2, 7, 3, 2]]
    assert store.since(4) == []


def test_compaction_forgets_and_says_so(store):
    for value in range(5):
        store.put("/a", value, 0)
    store.compact(4)
    assert [event[0] for event in store.since(4)] == [5, 6]
    with pytest.raises(Compacted):
        store.since(3)
    assert store.get("/a")[0] == 4


def test_a_range_can_be_read_as_it_was(store):
    store.put("/a", "x", 0)
    store.put("/b", "y", 0)
    store.put("/a", "z", 0)
    store.delete("/b", 0)
    store.put("/c", "new", 0)
    assert store.range_at("/", 3) == [["/a", "x", 2, 2, 1], ["/b", "y", 3, 3, 1]]
    assert store.range_at("/", 4) == [["/a", "z", 2, 4, 2], ["/b", "y", 3, 3, 1]]
    assert store.range_at("/", 6) == store.range("/")
    store.compact(3)
    assert store.range_at("/", 3) == [["/a", "x", 2, 2, 1], ["/b", "y", 3, 3, 1]]
    with pytest.raises(Compacted):
        store.range_at("/", 2)
    with pytest.raises(FutureRevision):
        store.range_at("/", 7)


def test_compaction_goes_forward_and_not_into_the_future(store):
    store.put("/a", 1, 0)
    store.compact(2)
    with pytest.raises(Compacted):
        store.compact(2)
    with pytest.raises(FutureRevision):
        store.compact(3)


def test_a_dump_is_not_changed_by_later_writes(store):
    store.put("/a", 1, 0)
    dump, other = store.dump(), Store({})
    store.put("/a", 2, 0)
    other.load(dump)
    other.put("/b", 1, 0)
    assert (store.range("/"), other.range("/")) == ([["/a", 2, 2, 3, 2]], [["/a", 1, 2, 2, 1], ["/b", 1, 3, 3, 1]])
