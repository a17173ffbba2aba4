"""Make the virtual environment that everything else runs in: ``setup.py FOLDER [EXTRA ...]``.

Standard library only, and plain enough for an old Python to read, so that it can say that it is
too old. Torch is the one package that needs a choice: what the usual index offers Linux is built
for graphics cards and takes gigabytes, so there the CPU build is chosen. In this order:

1. TORCH in the environment: any requirement with any of pip's options, as pip would take it;
2. a torch that is already there and new enough stays;
3. a local folder of wheels, where pip is configured for one;
4. on Linux uv, which knows where the CPU builds are; elsewhere the usual index has them.
"""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
_CANDIDATES = ("python3", *(f"python3.{minor}" for minor in range(14, 10, -1)))


class SetupError(Exception):
    """Set-up cannot go on; the message says why and what to do."""


def main(folder: Path, *extras: str) -> None:
    """Set up an environment; quick where there is little to do.

    Raises:
        SetupError: Something that the person at the keyboard has to mend.
    """
    if sys.version_info < OLDEST:
        _go_on_with_a_newer_python()
    python = _environment(folder)
    print(f"Setting up {folder}: a minute or two the first time, seconds after.", flush=True)
    _torch(python)
    wanted = f"{ROOT}[{','.join(extras)}]" if extras else str(ROOT)
    _must(python, "-m", "pip", "install", "--quiet", "--editable", wanted)


def _go_on_with_a_newer_python() -> None:
    """Run this file again under the first Python of PATH that is new enough."""
    test = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    for name in _CANDIDATES:
        found = shutil.which(name)
        if found and _run(found, "-c", test).returncode == 0:
            os.execv(found, [found, *sys.argv])  # noqa: S606 -- found on PATH, no shell
    version = ".".join(map(str, OLDEST))
    raise SetupError(
        f"Python {version} or newer is needed, but this is {sys.version.split()[0]} and PATH has "
        f"no newer one. Install it, or name it: make PYTHON=/path/to/python{version}"
    )


def _environment(folder: Path) -> str:
    """The Python of the environment, which is made or mended where needed."""
    python = str(folder / "bin" / "python")
    works = f"import sys, pip; sys.exit(sys.version_info < {OLDEST})"
    if Path(python).exists() and _run(python, "-c", works).returncode == 0:
        return python
    made = _run(sys.executable, "-m", "venv", "--clear", str(folder))
    if made.returncode:
        raise SetupError(
            f"{folder}: no environment could be made. On Debian and Ubuntu install python3-venv.\n"
            + made.stdout.strip()
        )
    return python


def _torch(python: str) -> None:
    pip = (python, "-m", "pip", "install", "--quiet")
    own = os.environ.get("TORCH", "")
    if own:
        _must(*pip, *shlex.split(own))
        return
    wanted = _torch_requirement()
    # Without an index this succeeds only where torch is there, or in a local folder of wheels. Its
    # own requirements come with the rest, from wherever pip is configured to look.
    if _run(*pip, "--no-index", "--no-deps", wanted).returncode == 0:
        return
    if sys.platform != "linux":
        return
    _must(*pip, "uv")
    uv = (python, "-m", "uv", "pip", "install", "--quiet", "--no-deps", "--python", python)
    _must(*uv, "--torch-backend", "cpu", wanted)


def _torch_requirement() -> str:
    import tomllib  # noqa: PLC0415 -- the check for an old Python comes first

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found: str = next(r for r in project["dependencies"] if r.startswith("torch"))
    return found


def _must(*command: str) -> None:
    done = _run(*command)
    if done.returncode:
        raise SetupError(
            f"{done.stdout.strip()}\n\nThis command failed: {shlex.join(command)}\n"
            "Without a way to the package index nothing can be installed. Another torch can be "
            "named, e.g.: make TORCH='torch==2.6.0'"
        )


def _run(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(  # noqa: S603 -- commands of this file, no shell
        command,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,  # noqa: UP021 -- the name that an old Python knows
    )


if __name__ == "__main__":
    if len(sys.argv) < 2:  # noqa: PLR2004 -- a command and its folder
        sys.exit("usage: setup.py FOLDER [EXTRA ...]")
    try:
        main(Path(sys.argv[1]), *sys.argv[2:])
    except SetupError as error:
        sys.exit(f"set-up: {error}")
