"""The command line of the traffic client."""

import pytest

from cluster_sim.apps import client, program_of

SECOND = 1_000_000


@pytest.mark.parametrize(("arguments", "env", "expected"), [
    ([], {}, {"url": "http://web", "period": 100_000, "timeout": 2 * SECOND, "keepalive": False, "verb": "GET"}),
    (["--url=http://api:8080/x", "--rate=20", "--timeout=500ms"], {}, {"url": "http://api:8080/x", "period": 50_000,
                                                                     "timeout": 500_000}),
    (["--url", "http://api", "--rate", "0.5", "--keepalive"], {}, {"url": "http://api", "period": 2 * SECOND, "keepalive": True}),
    (["--rate=5"], {"URL": "tcp://db", "RATE": "1", "TIMEOUT": "1m"}, {"url": "tcp://db", "period": 200_000,
                                                                      "timeout": 60 * SECOND}),
    (["--rate=100000", "--method=post"], {}, {"period": 10_000, "verb": "POST"}),
])
def test_options_and_environment_say_what_to_ask(arguments, env, expected):
    found = client.parse(arguments, env)
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(("url", "scheme", "host", "port", "path"), [
    ("http://web", "http", "web", 80, "/"), ("https://web.shop.svc:8443/a/b", "https", "web.shop.svc", 8443, "/a/b"),
    ("web:81/x", "http", "web", 81, "/x"), ("postgres://user:word@db/orders", "postgres", "db", 5432, "/orders")])
def test_urls_are_split(url, scheme, host, port, path):
    assert client.split_url(url) == {"scheme": scheme, "host": host, "port": port, "path": path}


@pytest.mark.parametrize(("image", "args", "env", "ports", "listens"), [
    ("nginx:1", [], {}, [8080], [80]), ("web:1", [], {}, [8080], [8080]), ("web:1", [], {}, [], None),
    ("web:1", [], {"PORT": "90"}, [8080], [90]), ("http-echo:1", ["-listen=:9000"], {}, [], [9000]),
    ("e2e-test-images/agnhost:2", ["netexec", "--http-port=81"], {}, [], [81]), ("postgres:17", [], {}, [], [5432]),
    ("unknown:1", [], {}, [7, 8], [7, 8]), ("pause:3", [], {}, [80], [])])
def test_images_listen_on_their_own_ports_and_others_on_those_they_are_given(image, args, env, ports, listens):
    assert program_of(image, [], args, env, ports=ports)["ports"] == listens
