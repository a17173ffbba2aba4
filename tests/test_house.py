"""The shape of the house: layers, sizes, docstrings, and what may stand in it."""

import ast
import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
MODULES = sorted(
    file for part in ("memnn", "bot", "benchmarks", "tools") for file in (ROOT / part).rglob("*.py")
)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MOST_LINES = {"module": 350, "function": 50}
MOST_WEIGHTS_BYTES = 50_000_000
PICKLES = {
    "pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal",
    "torch.save", "torch.load", "allow_pickle",
}  # fmt: skip
REPLACEMENTS = {"mock", "MagicMock", "patch", "setattr", "setitem"}
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
# Written so that it does not find itself.
HOSTS = re.compile(r"py[p]i\.org|python[h]osted\.org|py[t]orch\.org/whl|ana[c]onda\.org")
MACHINE = re.compile(r"(?<![\w.:/-])/(?:root|home|work|Users|private)/[\w.-]")


@cache
def tree(file: Path) -> ast.Module:
    """A file as Python reads it."""
    return ast.parse(file.read_text(encoding="utf-8"), str(file))


def name(file: Path) -> str:
    """A file's path within the house."""
    return file.relative_to(ROOT).as_posix()


def texts() -> Iterator[tuple[str, str]]:
    """Every file under version control that is text, with its path."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z"]
    listed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    for path in filter(None, listed.split("\0")):
        file = ROOT / path
        if file.is_file() and b"\0" not in (content := file.read_bytes()):
            yield path, content.decode("utf-8", "replace")


def names(file: Path) -> set[str]:
    """Names that a file uses: of modules, attributes (torch.load) and arguments."""
    found: set[str] = set()
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {(node.module or "").split(".")[0], *(alias.name for alias in node.names)}
        elif isinstance(node, ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else ""
            found |= {node.attr, f"{owner}.{node.attr}"}
        elif isinstance(node, ast.keyword):
            found.add(node.arg or "")
    return found


def public(body: list[ast.stmt]) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Public classes and functions, with the public methods of the classes."""
    for node in body:
        if isinstance(node, (ast.ClassDef, *FUNCTIONS)) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body)


def test_layers() -> None:
    """Arrows point down only, and what belongs to one part is imported by that part alone."""
    command = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run(
        [command, "--no-cache"], cwd=ROOT, capture_output=True, check=False, text=True
    )
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-2000:]


def test_public_names_are_documented() -> None:
    """Every module, public class, function and method says what it is."""
    bare = [name(file) for file in MODULES if not ast.get_docstring(tree(file))]
    bare += [
        f"{name(file)}: {node.name}"
        for file in MODULES
        for node in public(tree(file).body)
        if not ast.get_docstring(node)
    ]
    assert not bare


def test_nothing_is_too_long() -> None:
    """A module has at most 350 lines, a function at most 50."""
    lengths = {
        name(file): len(file.read_text(encoding="utf-8").splitlines()) for file in MODULES + TESTS
    }
    assert not {path: lines for path, lines in lengths.items() if lines > MOST_LINES["module"]}
    lengths = {
        f"{name(file)}: {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for file in MODULES + TESTS
        for node in ast.walk(tree(file))
        if isinstance(node, FUNCTIONS)
    }
    assert not {path: lines for path, lines in lengths.items() if lines > MOST_LINES["function"]}


def test_nothing_is_pickled() -> None:
    """Whatever is kept is kept in a format that runs no code when it is read."""
    found = {name(file): names(file) & PICKLES for file in MODULES}
    assert not {path: used for path, used in found.items() if used}


def test_tests_use_real_things() -> None:
    """No test replaces a part of the code under test."""
    found = {name(file): names(file) & REPLACEMENTS for file in TESTS}
    assert not {path: used for path, used in found.items() if used}


def test_the_weights_are_small() -> None:
    """The shipped artifact takes at most 50 MB, and its manifest says what it was made from."""
    folder = ROOT / "memnn" / "weights"
    assert sum(f.stat().st_size for f in folder.iterdir()) <= MOST_WEIGHTS_BYTES
    about = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["about"]
    assert {"data", "seed", "versions"} <= set(about)
    assert any(key.startswith("metrics") for key in about)


def listed() -> dict[str, str]:
    """The README's file map: what is said of each path, nested by indentation."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    _, _, house = readme.partition("\n## The house\n")
    lines = re.findall(r"^( {4,})(\S+)(?: +(.*))?$", house.partition("\n## ")[0], re.MULTILINE)
    found: dict[str, str] = {}
    above: list[tuple[int, str]] = []
    for indent, path, told in lines:
        while above and above[-1][0] >= len(indent):
            above.pop()
        full = (above[-1][1] if above else "") + path
        found[full] = told
        if path.endswith("/"):
            above.append((len(indent), full))
    return found


def test_the_map_is_the_tree() -> None:
    """What the README's map names is there, and it names every part of memnn and bot."""
    named = listed()
    assert not [path for path in named if not (ROOT / path).exists()]
    assert not [path for path, told in named.items() if not told]
    parts = [
        f"{name(file)}/" if file.is_dir() else name(file)
        for package in ("memnn", "bot")
        for file in sorted((ROOT / package).iterdir())
        if file.suffix == ".py" or (file.is_dir() and file.name != "__pycache__")
    ]
    assert not [p for p in parts if p not in named and not p.endswith("__.py")]


def test_the_changelog_tells_of_this_version() -> None:
    """The newest version of the changelog is the project's."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[?(\d+\.\d+\.\d+)", changelog, re.MULTILINE)
    assert versions[0] == PROJECT["project"]["version"]


def test_nothing_depends_on_one_machine() -> None:
    """No file names a path of somebody's machine, or the host of a package index."""
    found = [
        (path, hit) for path, text in texts() for hit in MACHINE.findall(text) + HOSTS.findall(text)
    ]
    assert not found


def test_an_old_python_can_read_the_set_up() -> None:
    """Set-up says that Python is too old, for which an old Python must understand it."""
    source = (ROOT / "tools" / "setup.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))


def test_set_up_asks_for_the_torch_of_the_project() -> None:
    """The requirement on torch stands in one place."""
    spec = importlib.util.spec_from_file_location("set_up", ROOT / "tools" / "setup.py")
    assert spec is not None
    assert spec.loader is not None
    set_up = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(set_up)
    assert set_up._torch_requirement() in PROJECT["project"]["dependencies"]
    oldest = ".".join(map(str, set_up.OLDEST))
    assert PROJECT["project"]["requires-python"] == f">={oldest}"
