"""Raft as transcripts: each file in `transcripts/` is a story of members that goes as it is written there.

After a change on purpose: `pytest tests/unit/etcd --rewrite`, then read the difference. After etcd-io/raft's testdata.
"""

from pathlib import Path

import pytest

from tests.unit.etcd.raft_stage import RaftStage
from tests.unit.stories import script

TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.stem)
def test_the_members_do_as_the_transcript_says(transcript: Path, request: pytest.FixtureRequest) -> None:
    told = transcript.read_text()
    now = script.render(script.play(script.parse(told), RaftStage().run))
    if request.config.getoption("--rewrite", default=False):
        transcript.write_text(now)
    else:
        assert now == told
