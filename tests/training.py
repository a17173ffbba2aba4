"""Small data to train on: a few tables beside the project's own conversations."""

from collections.abc import Sequence
from pathlib import Path

SENTENCES = ["I like tea.", "Where is Tom?", "He is at home.", "What is this?", "It is late."]

FERRIES = """= ferries
+ took the ferry to [Arran], pouring
+ and the late one to [Bute]
- wanted to go to Islay, cancelled
count | how many islands did I go to / how many islands
count=3 : 1 2 3 | how many did I plan
list | which islands did I see
abstain | how much is the ferry
yesno : 3 = no | did I go to Islay
"""


def corpora(
    folder: Path, *, sentence: str = "Ann has the key .", lines: Sequence[str] = ()
) -> Path:
    """Write the text that training reads beside conversations, in its real format."""
    lines = lines or ["s\t0\t1\t0\t3\tWhat has Ann?\t2 3\tx", "s\t0\t1\t0\t3\tWho has it?\t0\tx"]
    tatoeba, qamr = folder / "tatoeba", folder / "qamr"
    (qamr / "filtered").mkdir(parents=True)
    tatoeba.mkdir()
    told = "".join(f"{i}\teng\t{text}\n" for i, text in enumerate(SENTENCES))
    (tatoeba / "english_sentences.txt").write_text(told)
    (qamr / "wiki-sentences.tsv").write_text(f"s\t{sentence}\n")
    (qamr / "filtered" / "dev.tsv").write_text("".join(f"{line}\n" for line in lines))
    (qamr / "filtered" / "test.tsv").write_text("")
    return folder
