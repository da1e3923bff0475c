"""etcd's clockwork (server/embed/config.go): a heartbeat each 100 ms, an election after 1 to 2 s of silence."""

HEARTBEAT = 100_000  # µs
ELECTION = 1_000_000  # µs; each wait is drawn anew between this and twice this, so that two rarely rise at once
