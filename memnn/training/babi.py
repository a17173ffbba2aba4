"""Files of the 20 tasks: numbered lines of a story, questions with answer and supports.

`3 Where is Mary? <tab> bathroom <tab> 1` asks on what was told since the last line numbered 1.
"""

import random
from collections.abc import Sequence
from pathlib import Path

from memnn.errors import DataError
from memnn.paper.stories import Question, Words, words

TASKS = 20
_FIELDS = 3


def task_files(folder: Path, task: int) -> tuple[Path, Path]:
    """The training file and the test file of a task.

    Raises:
        DataError: One of them is not there.
    """
    found = []
    for part in ("train", "test"):
        files = sorted(folder.glob(f"qa{task}_*_{part}.txt"))
        if not files:
            raise DataError(
                f"{folder}: no file qa{task}_*_{part}.txt; name the folder of the tasks"
            )
        found.append(files[0])
    return found[0], found[1]


def read_task(file: Path) -> list[Question]:
    """The questions of a file.

    Raises:
        DataError: A line is malformed; says which.
    """
    reader = _Reader(file)
    for at, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip():
            reader.take(at, line)
    return reader.questions


def split(
    questions: Sequence[Question], share: float, seed: int
) -> tuple[list[Question], list[Question]]:
    """Training and validation questions; the questions of one story stay together.

    Args:
        questions: All questions.
        share: Of the stories, how many are for validation.
        seed: Which stories they are.
    """
    stories = sorted({question.of for question in questions})
    random.Random(seed).shuffle(stories)  # noqa: S311 -- no secret
    held = set(stories[: max(1, round(share * len(stories)))])
    kept = [question for question in questions if question.of not in held]
    return kept, [question for question in questions if question.of in held]


class _Reader:
    """Reads line after line."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.questions: list[Question] = []
        self._story: list[Words] = []
        self._row_of: dict[int, int] = {}
        self._stories = 0
        self._last = 0

    def take(self, at: int, line: str) -> None:
        number, _, rest = line.strip().partition(" ")
        if not number.isdecimal() or not rest:
            raise self._error(at, "a line begins with its number in the story, and says something")
        if int(number) == 1:
            self._story, self._row_of, self._last = [], {}, 0
            self._stories += 1
        if int(number) != self._last + 1:
            raise self._error(at, f"line {number} of a story comes after line {self._last}")
        self._last = int(number)
        if "\t" in rest:
            self.questions.append(self._question(at, rest.split("\t")))
        elif told := words(rest):
            self._row_of[int(number)] = len(self._story)
            self._story.append(told)
        else:
            raise self._error(at, "a sentence without a word")

    def _question(self, at: int, fields: Sequence[str]) -> Question:
        if len(fields) != _FIELDS:
            raise self._error(at, f"{len(fields)} fields; question, answer, supports are {_FIELDS}")
        text, answer, supports = fields
        asked, said = words(text), words(answer)
        if not asked or not said:
            raise self._error(at, "a question and an answer have at least one word")
        return Question(tuple(self._story), asked, said, self._rows(at, supports), self._stories)

    def _rows(self, at: int, supports: str) -> tuple[int, ...]:
        rows = [self._row_of.get(int(s)) if s.isdecimal() else None for s in supports.split()]
        found = tuple(row for row in rows if row is not None)
        if len(found) != len(rows):
            raise self._error(
                at, f"supports {supports!r} are not all sentences of the story so far"
            )
        return found

    def _error(self, at: int, what: str) -> DataError:
        return DataError(f"{self.file}:{at}: {what}")
