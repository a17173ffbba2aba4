"""The tables of `docs/paper.md`, from the results that the benchmarks left."""

from typing import Any

from benchmarks.babi_runs import PASSED
from benchmarks.babi_table import lines
from benchmarks.markdown import points, rows

_ROWS = (
    ("full", "20 tasks, the full network", "MemNN AM+NG+NL"),
    ("joint", "20 tasks, one network for all", "MemNN AM+NG+NL"),
    ("original", "20 tasks, the original network", "MemNN"),
)


def summary_table(babi: dict[str, Any], world: dict[str, Any]) -> str:
    """What was reached beside the paper, in short."""
    cells = [["what", "ours", "the papers'"]]
    for name, head, paper in _ROWS:
        if name in babi:
            cells.append([head, _tasks(babi[name]), _tasks(babi["paper"][paper])])
    hardest = list(world["ours"]["RNN"])[-1]
    cells += [
        [
            f"simulated world, {name}, difficulty {hardest}",
            f"{world['ours'][name][hardest]:.1f}",
            f"{world['paper'][name][hardest]:g}",
        ]
        for name in ("MemNN k=2 + time", "LSTM")
    ]
    cells.append(["the same, all names new", f"{world['unseen']['unseen']:.1f}", "–"])
    return "\n".join([*rows(cells), ""])


def _tasks(held: dict[str, Any]) -> str:
    return f"mean {held['mean']:.1f}, {held['passed']} passed"


def babi_table(result: dict[str, Any]) -> str:
    """The 20 tasks: the paper's columns and ours, and what the trainings took."""
    told = [
        f"{name}: seeds {', '.join(map(str, result[name]['seeds']))}; "
        f"lowest {result[name]['lowest']:.1f}, {result[name]['seconds'] / 60:.0f} minutes of one "
        f"core in all."
        for name in ("full", "original", "joint")
        if name in result
    ]
    return "\n".join([*rows(lines(result)), "", *points(told), ""])


def curve_table(result: dict[str, Any]) -> str:
    """Tasks passed by number of training questions."""
    found = {int(few): held for few, held in result.get("curve", {}).items()}
    found[1000] = result["full"]
    cells = [["questions", "tasks passed", "mean", "not passed"]]
    for few, held in sorted(found.items()):
        failed = [task for task, value in held["tasks"].items() if value < PASSED]
        cells.append([f"{few:,}", str(held["passed"]), f"{held['mean']:.1f}", ", ".join(failed)])
    return "\n".join([*rows(cells), ""])


def world_table(result: dict[str, Any]) -> str:
    """The simulated world, with the paper's numbers in brackets, and what else was tried in it."""
    worlds = list(result["ours"]["RNN"])
    cells = [["difficulty", *worlds]]
    for name, held in result["ours"].items():
        paper = result["paper"][name]
        cells.append([name, *(f"{held[world]:.1f} [{paper[world]:g}]" for world in worlds)])
    unseen, cut, hashed = result["unseen"], result["segmenter"], result["hashing"]
    told = [
        (
            f"With all names new: {unseen['unseen']:.1f} (with those of training "
            f"{unseen['seen']:.1f})."
        ),
        *(f"“{asked}?” {said}." for asked, said in result["tale"].items()),
        (
            f"As a stream of words through the segmenter: {cut['stream']:.1f}, statement by "
            f"statement {cut['statements']:.1f}; "
            f"{cut['stories cut right']:.1f} of the stories are cut right."
        ),
        *(
            f"Hashing by {kind}: {held['accuracy']:.1f}, scoring {held['scored']:.0f} % of the "
            "memories."
            for kind, held in hashed.items()
            if kind != "none"
        ),
    ]
    return "\n".join([*rows(cells), "", *points(told), ""])


def ablation_table(result: dict[str, Any]) -> str:
    """What each mechanism is worth to the served model."""
    whole, *without = result["rows"]
    cells = [["without", "section", "hit@1", "all found", "accuracy", "costs"]]
    for held in (whole, *without):
        lost = 100 * (whole["accuracy"] - held["accuracy"])
        shares = [f"{held[c]:.3f}" for c in ("hit_at_1", "all_supports", "accuracy")]
        cells.append([held["name"], held["section"] or "–", *shares, f"{lost:.1f} points"])
    return "\n".join([*rows(cells), ""])
