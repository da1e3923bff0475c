"""Apps: what the programs in containers do, by image name and command. See `images.py` for the list."""

from cluster_sim.apps.images import program_of
from cluster_sim.apps.program import SIGKILL_CODE, SIGTERM_CODE, Program, files_at, listens, output, reason_of
from cluster_sim.apps.shell import run_command

__all__ = ["SIGKILL_CODE", "SIGTERM_CODE", "Program", "files_at", "listens", "output", "program_of", "reason_of",
           "run_command"]
