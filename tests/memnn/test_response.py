"""R: from supports to words, or "I don't know"."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from memnn import stretches
from memnn.model import Model
from memnn.output_map import Chosen, Read
from memnn.reader import LEAST_SHARE, Form
from memnn.reading import MARKS, Batch, Candidate, Page
from memnn.records import Answer, Hop, Memory, Scored
from memnn.response import Reading, respond, weigh
from memnn.text import tokenise
from tests import tiny
from tests.worlds import TIME

SUPPORTS = ("The spare key is under the blue Pot.", "I moved to Lyon.", "We bought Apples, pears.")


def chosen(model: Model, question: str, *texts: str, hidden: Sequence[str] = ()) -> Chosen:
    """What O would hand over: memories in write order, all but the hidden ones supports."""
    told = [Memory(i, f"m{i}", text, TIME) for i, text in enumerate((*texts, *hidden), 1)]
    marks = np.zeros(MARKS, dtype=np.float32)
    page = Page(model.question(question), [Candidate(model.memory(m.text), marks) for m in told])
    reading = model.reader.read(Batch.of([page], model.vocabulary))
    supports = tuple(told[: len(texts)])
    mask = torch.tensor([[memory in supports for memory in told]])
    hops = tuple(Hop(3, (Scored(m, 2.0, 1.0),), m.id, 0.0) for m in supports)
    return Chosen(supports, hops, Read(tuple(told), reading, mask))


def answer(model: Model, question: str, *texts: str) -> Answer:
    """R's answer from supports."""
    return respond(model, question, model.question(question), chosen(model, question, *texts))


def with_items(logit: float) -> Model:
    """A network that answers with a list and says the same of every word."""
    model = tiny.model(form=Form.LIST)
    model.reader.item.weight.zero_()
    model.reader.item.bias.fill_(logit)
    return model


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 20),
    st.lists(st.sampled_from([*SUPPORTS, *tiny.TEXTS]), min_size=1, max_size=3),
)
def test_a_span_is_words_of_a_support_as_they_were_written(seed: int, texts: list[str]) -> None:
    """A span begins and ends with a word of one support, keeps its casing, and is not too long."""
    model = tiny.model(seed, form=Form.SPAN)
    found = answer(model, "What is it?", *texts)
    assert found.text is not None
    assert found.items == (found.text,)
    assert found.trace.form == "span"
    stretches = [
        text[first.start : last.end]
        for text in texts
        for words in [tokenise(text)]
        for at, first in enumerate(words)
        for last in words[at : at + model.config.answer_words]
    ]
    assert found.text in stretches


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 20), st.text(max_size=30), st.lists(st.text(), min_size=1, max_size=3))
def test_any_text_can_be_read(seed: int, question: str, texts: list[str]) -> None:
    """Supports without a word, and questions without one, still lead to an answer."""
    found = answer(tiny.model(seed), question, *texts)
    assert found.text is not None
    assert 0.0 <= found.confidence <= 1.0
    assert [m.text for m in found.supports] == texts


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 20))
def test_readings_are_told_most_probable_first(seed: int) -> None:
    """The answer is the first reading; of its form the most probable; all are probabilities."""
    model = tiny.model(seed)
    weighed = weigh(model, "What?", model.question("What?"), chosen(model, "What?", *SUPPORTS))
    same = [r.log_p for r in weighed.readings if r.form == weighed.readings[0].form]
    assert same == sorted(same, reverse=True)
    assert all(reading.log_p <= 1e-6 for reading in weighed.readings)
    told = respond(model, "What?", model.question("What?"), chosen(model, "What?", *SUPPORTS)).trace
    assert [text for text, _ in told.readings] == [r.text for r in weighed.readings[:5]]


@pytest.mark.parametrize(("lead", "answer"), [(0.3, "gulls"), (1.0, "gulls from Skye")])
def test_of_two_spans_the_shorter_is_rather_right(lead: float, answer: str) -> None:
    """Each word more costs 0.4, a logit."""
    found = chosen(tiny.model(form=Form.SPAN), "What?", "gulls from Skye")
    assert found.read is not None
    start, end = torch.tensor([[0.0, -9.0, -9.0]]), torch.tensor([[0.0, -9.0, lead]])
    read = replace(found.read, reading=replace(found.read.reading, start=start, end=end))
    assert stretches.spans(read, longest=8)[0].text == answer


@pytest.mark.parametrize(("lead", "item"), [(0.6, "gulls"), (1.0, "gulls from Skye")])
def test_of_two_ends_of_an_item_the_nearer_is_rather_right(lead: float, item: str) -> None:
    """Each word more costs an item the same."""
    found = chosen(tiny.model(form=Form.LIST), "What?", "gulls from Skye")
    assert found.read is not None
    edges = torch.full_like(found.read.reading.item, -9.0)  # of gulls, from, Skye
    edges[0, 0, 0], edges[0, 0, 1], edges[0, 2, 1] = 3.0, 0.0, lead
    read = replace(found.read, reading=replace(found.read.reading, item=edges))
    assert stretches.items(read, longest=8)[0] == (item,)


def test_a_list_has_every_item_once_as_told() -> None:
    """Items come in the order in which they were told, whatever the order of the supports."""
    model = with_items(1.0)
    given_back = chosen(model, "What?", "pears", "Plums", "Apples", "pears")
    turned = replace(given_back, supports=given_back.supports[::-1])
    found = respond(model, "What?", model.question("What?"), turned)
    assert found.items == ("pears", "Plums", "Apples")
    assert found.text == "pears, Plums and Apples"
    assert found.trace.form == "list"


def test_an_item_runs_from_where_it_begins_to_where_it_ends() -> None:
    """An item may be several words, a memory may hold several items, and none crosses a memory."""
    model = tiny.model(form=Form.LIST)
    found = chosen(model, "What?", "red apples plums", "pears")
    assert found.read is not None
    edges = torch.full_like(found.read.reading.item, -1.0)  # of red, apples, plums, pears
    edges[0, [0, 2, 3], 0] = edges[0, [1, 2, 3], 1] = 2.0
    read = replace(found.read, reading=replace(found.read.reading, item=edges))
    assert stretches.items(read, longest=8)[0] == ("red apples", "plums", "pears")
    assert stretches.items(read, longest=1)[0] == ("plums", "pears")  # rather none than a piece


def test_one_of_several_supports_is_not_cut_up() -> None:
    """Its surest stretch is an item; what only may begin or end one, beside or in it, is none."""
    model = tiny.model(form=Form.LIST)
    found = chosen(model, "What?", "hot cross buns today", "pears")
    assert found.read is not None
    edges = torch.full_like(found.read.reading.item, -1.0)  # of hot, cross, buns, today, pears
    edges[0, [0, 1, 3], 0] = torch.tensor([2.0, 0.5, 0.5])
    edges[0, [0, 2, 3], 1] = torch.tensor([0.5, 2.0, 1.0])
    read = replace(found.read, reading=replace(found.read.reading, item=edges))
    assert stretches.items(read, longest=8)[0] == ("hot cross buns", "pears")


def test_words_that_belong_together_are_one_item() -> None:
    """A word that may begin an item goes on with the one before where that does not end there."""
    model = tiny.model(form=Form.LIST)
    found = chosen(model, "What?", "bread machine exercise bike")
    assert found.read is not None
    edges = torch.full_like(found.read.reading.item, -3.0)  # of bread, machine, exercise, bike
    edges[0, [0, 1, 2, 3], 0] = torch.tensor([3.0, -1.0, 3.0, 1.0])
    edges[0, [1, 2, 3], 1] = torch.tensor([2.0, -2.0, 2.0])
    read = replace(found.read, reading=replace(found.read.reading, item=edges))
    assert stretches.items(read, longest=8)[0] == ("bread machine", "exercise bike")


@pytest.mark.parametrize(
    ("told", "items"),
    [
        ("gulls, plovers", ("gulls", "plovers")),
        ("gulls and two plovers", ("gulls", "plovers")),
        ("gulls near plovers", ("gulls",)),
    ],
)
def test_what_is_listed_beside_an_item_is_rather_one_too(told: str, items: tuple[str, ...]) -> None:
    """Behind a comma or an "and", an article or a number between; of one that is less sure."""
    model = tiny.model(form=Form.LIST)
    found = chosen(model, "What?", told)
    assert found.read is not None
    words = [token.text for token in tokenise(told)]
    edges = torch.full_like(found.read.reading.item, -5.0)
    edges[0, words.index("gulls")] = 2.0
    edges[0, words.index("plovers")] = -1.0
    read = replace(found.read, reading=replace(found.read.reading, item=edges))
    assert stretches.items(read, longest=8)[0] == items


def test_every_support_gives_an_item() -> None:
    """Where no item surely begins, a support's likeliest word is one."""
    assert len(answer(with_items(-1.0), "What?", "red apples", "pears").items) == 2


@pytest.mark.parametrize(("form", "text"), [(Form.YES, "yes"), (Form.NO, "no")])
def test_yes_and_no(form: Form, text: str) -> None:
    """A question for yes or no is answered by that word."""
    found = answer(tiny.model(form=form), "Is the key blue?", *SUPPORTS)
    assert (found.text, found.trace.form) == (text, text)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_counting_adds_up_the_supports(count: int) -> None:
    """Each support adds what the reader says of it, here one; the rest of the page nothing."""
    model = tiny.model(form=Form.COUNT)
    *_, weight, bias = model.reader.share.parameters()
    weight.zero_()
    bias.fill_(-20.0)[1 - LEAST_SHARE] = 20.0
    question = model.question("How many?")
    found = chosen(model, "How many?", *SUPPORTS[:count], hidden=SUPPORTS[count:])
    told = respond(model, "How many?", question, found)
    assert (told.text, told.trace.form) == (str(count), "count")


def test_only_supports_give_items() -> None:
    """What stands on the page and was not chosen adds nothing to a list."""
    model = with_items(1.0)
    found = chosen(model, "What?", "Lyon", hidden=SUPPORTS)
    assert respond(model, "What?", model.question("What?"), found).text == "Lyon"


def test_the_memory_that_answers_is_shown() -> None:
    """A span may stand in what O overlooked; then that memory is evidence too, and comes last."""
    overlooked = 0
    for seed in range(12):
        model = tiny.model(seed, form=Form.SPAN)
        found = chosen(model, "What?", "Lyon", hidden=SUPPORTS)
        told = respond(model, "What?", model.question("What?"), found)
        assert told.text is not None
        assert told.supports[0].text == "Lyon"
        assert any(told.text in memory.text for memory in told.supports)
        overlooked += len(told.supports) == 2
    assert overlooked


@pytest.mark.parametrize(
    "question", ["When did I move?", "when was it", "What day did I move?", "Which date had it?"]
)
def test_when_it_was_is_the_write_time(question: str) -> None:
    """Where no support names a time, the first support's write time answers."""
    found = answer(tiny.model(form=Form.SPAN), question, "I moved", "I stayed")
    assert (found.text, found.trace.form) == ("2 March 2026", "written")


@pytest.mark.parametrize("text", ["Monday", "yesterday", "2019", "tomorrow"])
def test_a_time_that_was_told_is_the_answer(text: str) -> None:
    """A reading that names a day or a number is kept."""
    assert answer(tiny.model(form=Form.SPAN), "When did I move?", text).text == text


def test_other_questions_get_no_date() -> None:
    """What will be, and what is no question for a time, is read from the support."""
    for question in ("When is it?", "Where did I move?", "Did I say when it was?"):
        assert answer(tiny.model(form=Form.SPAN), question, "Lyon").text == "Lyon"


def test_declining_keeps_the_evidence() -> None:
    """Under the threshold there is no text and no item, but supports, confidence and trace."""
    sure, unsure = (
        answer(tiny.model(threshold=threshold), "What is it?", *SUPPORTS)
        for threshold in (0.0, 1.1)
    )
    assert sure.text is not None
    assert (unsure.text, unsure.items) == (None, ())
    assert (unsure.supports, unsure.confidence, unsure.trace) == (
        sure.supports,
        sure.confidence,
        sure.trace,
    )


def test_the_threshold_itself_is_enough() -> None:
    """An answer exactly as sure as the threshold is given."""
    sure = answer(tiny.model(), "What is it?", *SUPPORTS)
    assert answer(tiny.model(threshold=sure.confidence), "What is it?", *SUPPORTS).text == sure.text


def test_no_supports_no_answer() -> None:
    """Without a support R declines, and is not sure of anything."""
    model = tiny.model()
    found = respond(model, "What?", model.question("What?"), Chosen((), ()))
    assert found == Answer(None, (), (), 0.0, found.trace)


@pytest.mark.parametrize(
    ("items", "text"),
    [(("a",), "a"), (("a", "b"), "a and b"), (("a", "b", "c"), "a, b and c")],
)
def test_lists_read_as_people_write_them(items: tuple[str, ...], text: str) -> None:
    """Commas between items, "and" before the last."""
    assert Reading(items, "list", 0.0).text == text
