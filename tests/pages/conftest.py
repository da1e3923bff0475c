"""A house for each test: its own host, started and closed with the test, over a database of its own."""

from collections.abc import Callable, Iterator

import django
import pytest

django.setup()  # the directory for its data was only set by the conftest above this one

from django.test import Client  # noqa: E402

from lessons import hosting  # noqa: E402
from lessons.hosting.host import Host  # noqa: E402
from lessons.visitors import Visitor, signed  # noqa: E402
from lessons.visitors.identity import COOKIE  # noqa: E402

SCENE = """\
apiVersion: podium.dev/v1
kind: Scene
spec: {workers: 1, addons: []}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: nginx, image: "nginx:1.27"}]}
"""


@pytest.fixture
def house(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Host]]:
    """`house()` is the host; `house.restart()` is another process over the same disk."""

    class House:
        def __init__(self) -> None:
            self.current = Host()

        def __call__(self) -> Host:
            return self.current

        def restart(self) -> None:
            """As if the process had been killed: nothing is marked, nothing is said good-bye to."""
            dead, self.current = self.current, Host()
            dead.die()

        def close(self) -> None:
            self.current.close()

    place = House()
    monkeypatch.setattr(hosting, "house", place)
    yield place
    place.close()


@pytest.fixture
def ada() -> Visitor:
    return Visitor("ada")


@pytest.fixture
def opened(house: Callable[[], Host], ada: Visitor) -> str:
    """A cluster of Ada's, at rest."""
    return hosting.open_sync(ada, "play", SCENE)


@pytest.fixture
def browser_of(client: Client) -> Callable[[Visitor], Client]:
    """A browser with that visitor's cookie."""
    def browser(visitor: Visitor) -> Client:
        other = Client()
        other.cookies[COOKIE] = signed(visitor)
        return other

    return browser
