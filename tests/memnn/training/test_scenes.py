"""Scenes: what is told in several messages, strewn among what somebody else told."""

from pathlib import Path

import pytest

from memnn.errors import DataError
from memnn.records import Kind
from memnn.training.conversations import Conversation, read_conversations
from memnn.training.scenes import Scene, read_scenes
from memnn.training.telling import told_among
from tests.training import FERRIES

ROOT = Path(__file__).parents[3]


def _scenes(folder: Path, text: str) -> list[Scene]:
    (folder / "one.txt").write_text(text, encoding="utf-8")
    return read_scenes(folder)


def test_a_scene_says_what_belongs_and_what_is_asked(tmp_path: Path) -> None:
    """Messages, members, questions with their answers: as the file has them."""
    (scene,) = _scenes(tmp_path, FERRIES)
    assert scene.texts[0] == "took the ferry to Arran, pouring"
    count, planned, listed, nobody, no = scene.queries
    assert (count.support, count.answers) == ((0, 1), ("2", "two"))
    assert count.asked == ("how many islands did I go to", "how many islands")
    assert (planned.support, planned.answers) == ((0, 1, 2), ("3", "three"))
    assert (listed.support, listed.answers) == ((0, 1), ("Arran", "Bute"))
    assert (nobody.support, nobody.answers) == ((), ())
    assert (no.category, no.support, no.answers) == ("yesno", (2,), ("no",))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("who knows", "no message and no question"),
        ("single : 9 = Arran | where", "there are 3 messages"),
        ("single : 1 | where", "no answer"),
        ("count=many | how many", "many"),
    ],
)
def test_a_malformed_line_is_refused_with_file_and_line(
    tmp_path: Path, line: str, says: str
) -> None:
    """What is wrong is said with its place."""
    with pytest.raises(DataError, match=rf"one\.txt:10: .*{says}"):
        _scenes(tmp_path, FERRIES + line + "\n")


def test_a_line_before_the_first_title_is_refused(tmp_path: Path) -> None:
    """Every message is of a scene."""
    with pytest.raises(DataError, match=r"one\.txt:1: a scene begins with its title"):
        _scenes(tmp_path, "+ took the ferry\n")


def test_every_scene_is_told_whole_in_order_and_asked_about_afterwards(tmp_path: Path) -> None:
    """Among others' messages a scene keeps its order, and its questions come last."""
    scenes = _scenes(tmp_path, FERRIES + FERRIES.replace(" to ", " towards "))
    others = read_conversations(ROOT / "data/conversations/train/t1.jsonl")
    (told,) = told_among(scenes, others, seed=1)
    assert [turn.index for turn in told.turns] == list(range(len(told.turns)))
    assert all(a.time < b.time for a, b in zip(told.turns, told.turns[1:], strict=False))
    for scene in scenes:
        places = [next(t.index for t in told.turns if t.text == text) for text in scene.texts]
        assert places == sorted(places)
    questions = [turn for turn in told.turns if turn.kind is Kind.QUESTION]
    assert len(questions) == sum(len(scene.queries) for scene in scenes)
    for question in questions:
        assert all(at < question.index for at in question.support)
        if question.category == "list":
            texts = " ".join(told.turns[at].text for at in question.support)
            assert all(answer in texts for answer in question.answers)


def test_whoever_tells_nothing_is_no_company(tmp_path: Path) -> None:
    """Scenes are told among the statements of those who make some."""
    others = read_conversations(ROOT / "data/conversations/train/t1.jsonl")[:1]
    quiet = Conversation("quiet", tuple(others[0].questions))
    scenes = _scenes(tmp_path, FERRIES)
    for seed in range(8):
        assert told_among(scenes, [quiet, *others], seed) == told_among(scenes, others, seed)


def test_files_are_read_by_number_and_there_must_be_one(tmp_path: Path) -> None:
    """2 comes before 10, so that what is added stands behind; an empty folder is refused."""
    for number in (10, 2, 1):
        (tmp_path / f"{number}.txt").write_text(f"= {number}\n+ saw [{number}]\nlist | which\n")
    assert [scene.texts for scene in read_scenes(tmp_path)] == [("saw 1",), ("saw 2",), ("saw 10",)]
    with pytest.raises(DataError, match=r"name a folder of scenes"):
        read_scenes(tmp_path / "none")


def test_the_same_seed_tells_the_same(tmp_path: Path) -> None:
    """The company of a scene depends on the seed alone."""
    scenes = _scenes(tmp_path, FERRIES)
    others = read_conversations(ROOT / "data/conversations/train/t1.jsonl")
    assert told_among(scenes, others, seed=3) == told_among(scenes, others, seed=3)
    assert told_among(scenes, others, seed=3) != told_among(scenes, others, seed=4)


def test_the_projects_scenes_can_be_read_and_their_lists_stand_in_their_messages() -> None:
    """What is shipped is well-formed, and no list asks for what was not told."""
    scenes = read_scenes(ROOT / "data/conversations/scenes")
    assert len(scenes) > 100
    for scene in scenes:
        for query in scene.queries:
            texts = " ".join(scene.texts[at] for at in query.support)
            if query.category == "list":
                assert all(answer in texts for answer in query.answers), (scene, query)
