"""A supervisor outlives a full disk, the one on which it would like to complain about that included."""

import subprocess
import sys

COMPLAINT = """
from store.errors import StoreError
from workbench.runs.persistence import persist

tried = []

def write():
    tried.append(1)
    if len(tried) < 3:
        raise StoreError("The disk is full.")
    return "kept"

print(persist(write))
"""


def test_a_complaint_that_finds_no_room_is_left_away_and_the_write_is_tried_again() -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-P", "-c", COMPLAINT], stdout=subprocess.PIPE, stderr=full, text=True, check=False
        )
    assert (done.returncode, done.stdout) == (0, "kept\n")
