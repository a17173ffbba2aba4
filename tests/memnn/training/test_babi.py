"""Files of the 20 tasks: what is read, and what is refused."""

from pathlib import Path

import pytest

from memnn.errors import DataError
from memnn.training.babi import read_task, split, task_files

STORY = """1 Mary moved to the bathroom.
2 John went to the hallway.
3 Where is Mary? \tbathroom\t1
4 Daniel took the milk.
5 What does Daniel hold? \tmilk,apple\t4 2
1 Sandra left.
2 Who left? \tSandra\t1
"""


def file(tmp_path: Path, text: str) -> Path:
    """A file of a task."""
    made = tmp_path / "qa1_some-facts_train.txt"
    made.write_text(text, encoding="utf-8")
    return made


def test_questions_with_their_stories(tmp_path: Path) -> None:
    """A question is asked on what was told before it in its story; supports are rows of that."""
    first, second, third = read_task(file(tmp_path, STORY))
    assert first.story == (
        ("mary", "moved", "to", "the", "bathroom"),
        ("john", "went", "to", "the", "hallway"),
    )
    assert (first.text, first.answer, first.supports) == (
        ("where", "is", "mary"),
        ("bathroom",),
        (0,),
    )
    assert (second.answer, second.supports, len(second.story)) == (("milk", "apple"), (2, 1), 3)
    assert (third.story, third.supports) == ((("sandra", "left"),), (0,))
    assert [q.of for q in (first, second, third)] == [1, 1, 2]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("Mary moved.", 1, "begins with its number"),
        ("1 Mary moved.\n3 John left.", 2, "comes after line 1"),
        ("1 Mary moved.\n2 Where? \tbathroom", 2, "2 fields"),
        ("1 Mary moved.\n2 Where? \t\t1", 2, "at least one word"),
        ("1 Mary moved.\n2 ?! \tbathroom\t1", 2, "at least one word"),
        ("1 Mary moved.\n2 Where? \tbathroom\t3", 2, "not all sentences"),
        ("1 Mary moved.\n2 Where? \tbathroom\t2", 2, "not all sentences"),
        ("1 Mary moved.\n2 Where? \tbathroom\tone", 2, "not all sentences"),
        ("1 ...", 1, "without a word"),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, text: str, line: int, what: str) -> None:
    """Whatever is wrong with a line, the error says which line of which file, and what."""
    with pytest.raises(DataError, match=f"train.txt:{line}: .*{what}"):
        read_task(file(tmp_path, text))


def test_a_missing_task_is_named(tmp_path: Path) -> None:
    """A folder without the files of a task is no crash."""
    with pytest.raises(DataError, match=r"no file qa3_\*_train.txt"):
        task_files(tmp_path, 3)


def test_a_story_is_held_out_as_a_whole(tmp_path: Path) -> None:
    """Validation shares no story with training, and the seed says which ones it has."""
    lines = "1 Mary left.\n2 Who? \tMary\t1\n3 Who left? \tMary\t1\n"
    questions = read_task(file(tmp_path, lines * 20))
    kept, held = split(questions, 0.1, seed=1)
    assert (len(kept), len(held)) == (36, 4)
    assert not {q.of for q in kept} & {q.of for q in held}
    assert split(questions, 0.1, seed=1) == (kept, held)
    assert split(questions, 0.1, seed=2)[1] != held
