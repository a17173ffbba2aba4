"""The whole training, with real data and tiny sizes."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from memnn import artifact
from memnn.config import ModelConfig
from memnn.errors import ArtifactError, DataError
from memnn.in_memory import InMemoryStore
from memnn.model import Model
from memnn.network import Network
from memnn.records import Message
from memnn.spelling import Spelling
from memnn.training.distil import Static, save_static
from memnn.training.recipe import Recipe
from memnn.training.served import train
from memnn.training.trainer import Tick
from tests import tiny
from tests.training import FERRIES, corpora
from tests.worlds import TIME

ROOT = Path(__file__).parents[3]
TRAIN = ROOT / "data" / "conversations" / "train" / "t1.jsonl"


class CutOffError(Exception):
    """Somebody pulled the plug."""


def silent(_: str) -> Tick:
    """No progress."""
    return lambda _done, _all, _loss: None


@pytest.fixture(scope="module", name="recipe")
def _recipe(tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    """Three users of the project's conversations; the third calibrates."""
    folder = tmp_path_factory.mktemp("served")
    users = TRAIN.read_text(encoding="utf-8").splitlines()[:3]
    (folder / "users.jsonl").write_text("\n".join(users) + "\n", encoding="utf-8")
    (folder / "scenes").mkdir()
    (folder / "scenes" / "one.txt").write_text(FERRIES, encoding="utf-8")
    return Recipe(
        folder / "users.jsonl",
        corpora(folder),
        folder / "work",
        held_out=3,
        scenes=folder / "scenes",
        epochs=(2, 1, 1, 2),
        finish=(1, 1),
        further=(1, 1),
        threads=1,
    )


@pytest.fixture(scope="module", name="trained")
def _trained(recipe: Recipe) -> Model:
    """A network trained in one go."""
    return run(recipe)


def cutting(name: str) -> Callable[[str], Tick]:
    """Cuts a run off at the last step of a stage."""

    def stage(named: str) -> Tick:
        def tick(done: int, total: int, _: float) -> None:
            if named == name and done == total:
                raise CutOffError

        return tick

    return stage


def run(
    recipe: Recipe, stage: Callable[[str], Tick] = silent, config: ModelConfig | None = None
) -> Model:
    """Train, from vectors that are always the same."""
    made = torch.Generator().manual_seed(4)
    config = config or tiny.config()
    vectors = torch.randn(config.pieces, config.static, generator=made)
    static, spelling = Static(vectors, tiny.tokenizer()), Spelling.of({"ferry": 9.0})
    model, about = train(recipe, config, static, spelling, stage)
    assert about["seed"] == recipe.seed
    return model


def weights(model: Model) -> dict[str, Tensor]:
    """All weights, by part and name."""
    parts = {"classifier": model.classifier, "scorer": model.scorer, "reader": model.reader}
    return {
        f"{part}.{name}": value
        for part, module in parts.items()
        for name, value in module.state_dict().items()
    }


def same(one: Model, other: Model) -> bool:
    """Whether two networks are one."""
    a, b = weights(one), weights(other)
    return one.calibration == other.calibration and all(torch.equal(a[n], b[n]) for n in a)


def test_the_seed_decides(recipe: Recipe, trained: Model, tmp_path: Path) -> None:
    """The same seed gives the same network, in another folder too; another seed another one."""
    assert same(run(replace(recipe, work=tmp_path / "a")), trained)
    assert not same(run(replace(recipe, work=tmp_path / "b", seed=2)), trained)


@pytest.mark.parametrize(
    "name", ["classifier", "fold-1", "reader", "mixed-0", "finish-1", "finish-2", "scorer"]
)
def test_a_run_that_was_cut_off_goes_on(
    recipe: Recipe, trained: Model, tmp_path: Path, name: str
) -> None:
    """Cut off at the last step of any stage and called again, the network is the same."""
    again = replace(recipe, work=tmp_path / "work")
    with pytest.raises(CutOffError):
        run(again, cutting(name))
    assert same(run(again), trained)


def test_a_finished_run_only_calibrates(recipe: Recipe, trained: Model) -> None:
    """With all checkpoints there, no step is trained again."""
    stages: list[str] = []

    def stage(name: str) -> Tick:
        return lambda _done, _all, _loss: stages.append(name)

    assert same(run(recipe, stage), trained)
    assert stages == []


async def test_what_was_trained_serves(trained: Model, tmp_path: Path) -> None:
    """Saved and loaded, the network remembers and answers."""
    artifact.save(trained, tmp_path, {})
    network = Network(artifact.load(tmp_path), InMemoryStore())
    told = network.perceive(Message("1", "The spare key is under the pot.", TIME))
    assert await network.remember("a", told, everything=True) == (1,)
    answer = await network.answer("a", network.perceive(Message("2", "Where is the key?", TIME)))
    assert [memory.id for memory in answer.supports] == [1]


@pytest.mark.parametrize("name", ["further-1", "further-2"])
def test_a_reader_is_taught_further(
    recipe: Recipe, trained: Model, tmp_path: Path, name: str
) -> None:
    """The first pass stays, the rest goes on; cut off and called again, it is the same."""
    artifact.save(trained, tmp_path / "start", {"seed": recipe.seed})
    again = replace(recipe, work=tmp_path / "work", start=tmp_path / "start")
    with pytest.raises(CutOffError):
        run(again, cutting(name))
    taught = run(again)
    assert same(taught, run(replace(again, work=tmp_path / "other")))
    before, after = weights(artifact.load(tmp_path / "start")), weights(taught)
    changed = {name.split(".")[0] for name in before if not torch.equal(before[name], after[name])}
    assert changed == {"classifier", "reader"}


def test_a_reader_of_other_sizes_is_not_taught_further(recipe: Recipe, tmp_path: Path) -> None:
    """It is refused before it is taught anything, and the folder is named."""
    artifact.save(tiny.model(), tmp_path / "start", {})
    again = replace(recipe, work=tmp_path / "work", start=tmp_path / "start")
    with pytest.raises(ArtifactError, match=r"start: an artifact of other sizes"):
        run(again, config=replace(tiny.config(), max_hops=2))


def test_too_few_users(recipe: Recipe) -> None:
    """Without users to train or to calibrate on, that is said before anything is trained."""
    with pytest.raises(DataError, match=r"3 users with questions to train on and 0 to calibrate"):
        run(replace(recipe, held_out=4, scenes=None))


def test_scenes_are_no_people(recipe: Recipe, tmp_path: Path) -> None:
    """They are told among people; people who ask nothing cannot calibrate, whatever scenes ask."""
    told = [json.loads(line) for line in recipe.conversations.read_text("utf-8").splitlines()]
    told[-1]["messages"] = [m for m in told[-1]["messages"] if m["kind"] == "statement"]
    silent_ones = tmp_path / "users.jsonl"
    silent_ones.write_text("".join(f"{json.dumps(user)}\n" for user in told), encoding="utf-8")
    (tmp_path / "scenes").mkdir()
    for number in range(3):
        (tmp_path / "scenes" / f"{number}.txt").write_text(FERRIES, encoding="utf-8")
    with pytest.raises(DataError, match=r"2 users with questions to train on and 0 to calibrate"):
        run(replace(recipe, conversations=silent_ones, scenes=tmp_path / "scenes"))


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ("data", "english_sentences.txt"),
        ("start", "manifest.json"),
        ("scenes", "name a folder of scenes"),
        ("stories", "none"),
        ("conversations", "none"),
    ],
)
def test_what_is_wrong_with_the_data_is_one_line(
    recipe: Recipe, tmp_path: Path, wrong: str, named: str
) -> None:
    """The command line names the file that is missing and exits with 2, without a traceback."""
    save_static(Static(torch.zeros(1, 1), tiny.tokenizer()), tmp_path)  # else it distils first
    options = {
        "out": tmp_path / "out",
        "work": tmp_path,
        "data": recipe.data,
        "conversations": recipe.conversations,
        wrong: tmp_path / "none",
    }
    command = [sys.executable, "-m", "memnn.training", "served"]
    command += [part for key, value in options.items() for part in (f"--{key}", str(value))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True)
    assert done.returncode == 2, done.stderr
    assert named in done.stderr.replace("\n", "")
    assert "Traceback" not in done.stderr
