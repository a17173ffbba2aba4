"""The contract of `memnn.store.Store`, example by example, over every implementation."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from memnn.records import EventKind, Memory, Plan
from tests.servers import Backend
from tests.worlds import TIME, everything, plan, slot, texts, word_hashes


async def test_add_returns_ids_in_write_order(backend: Backend, scope: str) -> None:
    """Ids count up from 1, statement by statement."""
    async with backend.open() as store:
        assert await store.add(scope, plan("a", "one", "two")) == (1, 2)
        assert await store.add(scope, plan("b", "three")) == (3,)

        assert texts(await everything(store, scope)) == ["one", "two", "three"]


async def test_memories_come_back_whole(backend: Backend, scope: str) -> None:
    """Text, time with its offset, speaker, features and words come back as they were written."""
    time = datetime(1999, 12, 31, 23, 59, 59, 123457, tzinfo=timezone(timedelta(hours=-9.5)))
    written = slot("naïve \ud83d 🙂 \0 שלום", time=time, speaker="Zoë")
    async with backend.open() as store:
        await store.add(scope, Plan("ünï", (written,)))
    async with backend.open() as store:
        (memory,) = await everything(store, scope)

        assert memory == Memory(
            1, "ünï", written.text, time, "Zoë", written.features, written.words
        )
        assert memory.time.utcoffset() == time.utcoffset()


async def test_add_is_idempotent(backend: Backend, scope: str) -> None:
    """A message that is delivered again changes nothing and returns the same ids."""
    async with backend.open() as store:
        first = await store.add(scope, plan("a", "one", "two"))

        assert await store.add(scope, plan("a", "one", "two")) == first
        assert await store.add(scope, plan("a", "other")) == first
        assert texts(await everything(store, scope)) == ["one", "two"]


async def test_forgotten_message_stays_known(backend: Backend, scope: str) -> None:
    """A redelivered message whose memories were forgotten is not stored again."""
    async with backend.open() as store:
        ids = await store.add(scope, plan("a", "secret"))
        await store.forget(scope, ids)

        assert await store.add(scope, plan("a", "secret")) == ()
        assert await everything(store, scope) == []


async def test_message_without_statements_stays_known(backend: Backend, scope: str) -> None:
    """A plan without slots stores nothing, and its message is known from then on."""
    async with backend.open() as store:
        assert await store.add(scope, plan("a")) == ()
        assert await store.add(scope, plan("a", "late")) == ()
        assert await everything(store, scope) == []


async def test_ids_are_never_given_twice(backend: Backend, scope: str) -> None:
    """After the newest memory is forgotten its id is not given to another."""
    async with backend.open() as store:
        await store.add(scope, plan("a", "one", "two"))
        await store.forget(scope, [2])

        assert await store.add(scope, plan("b", "three")) == (3,)


async def test_scopes_are_apart(backend: Backend, scope: str) -> None:
    """No call on one scope reads or changes another, however alike their names are."""
    names = ["", "%", "{", "}", "a:b", "a:b:rec", "A", "a", "a/b", "a b", "\ud800", f"{scope}2"]
    scopes = [f"{scope}{name}" for name in names] + ["", "{}", "%"]
    async with backend.open() as store:
        for name in scopes:
            await store.forget_all(name)
            await store.add(name, plan("m", f"in {name!r}"))
        await store.forget(scopes[0], [1])
        await store.forget_all(scopes[1])
        await store.edit(scopes[2], plan("m", "edited"))

        assert [texts(await everything(store, name)) for name in scopes[:3]] == [[], [], ["edited"]]
        for name in scopes[3:]:
            assert texts(await everything(store, name)) == [f"in {name!r}"]
            assert await store.history(name) == ()


async def test_edit_replaces_in_place(backend: Backend, scope: str) -> None:
    """An edited statement keeps its id and its write time; the old memories are returned."""
    async with backend.open() as store:
        await store.add(scope, plan("a", "I live in Rome", "I like tea"))
        later = plan("a", "I live in Lyon", "I like tea", time=TIME + timedelta(days=1))

        assert texts(await store.edit(scope, later)) == ["I live in Rome", "I like tea"]

        held = await everything(store, scope)
        assert [(m.id, m.text, m.time) for m in held] == [
            (1, "I live in Lyon", TIME),
            (2, "I like tea", TIME),
        ]
        assert held[0].words == word_hashes("I live in Lyon")
        assert [(e.kind, e.memory_id, e.old_text) for e in await store.history(scope)] == [
            (EventKind.EDITED, 1, "I live in Rome")
        ]


async def test_edit_with_more_statements(backend: Backend, scope: str) -> None:
    """Statements that an edit adds get new ids and the write time of the message."""
    async with backend.open() as store:
        await store.add(scope, plan("a", "one"))
        await store.add(scope, plan("b", "two"))
        await store.edit(scope, plan("a", "1", "one more", time=TIME + timedelta(hours=1)))

        held = await everything(store, scope)
        assert [(m.id, m.text, m.message_id) for m in held] == [
            (1, "1", "a"),
            (2, "two", "b"),
            (3, "one more", "a"),
        ]
        assert {m.time for m in held} == {TIME}
        assert await store.add(scope, plan("a", "again")) == (1, 3)


async def test_edit_with_fewer_statements(backend: Backend, scope: str) -> None:
    """Memories that an edit leaves no statement for are forgotten."""
    async with backend.open() as store:
        await store.add(scope, plan("a", "one", "two", "three"))
        await store.edit(scope, plan("a", "1"))

        assert texts(await everything(store, scope)) == ["1"]
        events = [(e.kind, e.memory_id) for e in await store.history(scope)]
        assert events == [
            (EventKind.EDITED, 1),
            (EventKind.FORGOTTEN, 3),
            (EventKind.FORGOTTEN, 2),
        ]
        await store.edit(scope, plan("a"))
        assert await everything(store, scope) == []


async def test_edit_that_changes_nothing(backend: Backend, scope: str) -> None:
    """An edit of an unknown or forgotten message, or with the same texts, changes nothing."""
    async with backend.open() as store:
        assert await store.edit(scope, plan("a", "one")) == ()
        await store.add(scope, plan("a", "one"))
        before = await everything(store, scope)

        assert list(await store.edit(scope, plan("a", "one"))) == before
        assert await everything(store, scope) == before
        await store.forget(scope, [1])
        assert await store.edit(scope, plan("a", "other")) == ()
        assert await everything(store, scope) == []
        assert [e.kind for e in await store.history(scope)] == [EventKind.FORGOTTEN]


async def test_forget_returns_what_was_removed(backend: Backend, scope: str) -> None:
    """Known ids are removed and returned in write order, repeats and unknown ones passed over."""
    async with backend.open() as store:
        assert await store.forget(scope, [1]) == ()
        await store.add(scope, plan("a", "one", "two", "three"))

        assert texts(await store.forget(scope, [3, 1, 3, 99])) == ["one", "three"]
        assert await store.forget(scope, [3, 1]) == ()
        assert await store.forget(scope, []) == ()
        assert texts(await everything(store, scope)) == ["two"]


async def test_old_texts_go_with_the_memory(backend: Backend, scope: str) -> None:
    """What was edited and then forgotten leaves the fact of it in the log, and no text."""
    async with backend.open() as store:
        await store.add(scope, plan("a", "first"))
        await store.edit(scope, plan("a", "second"))
        await store.edit(scope, plan("a", "third"))
        assert [e.old_text for e in await store.history(scope)] == ["second", "first"]

        gone = await store.forget(scope, [1])
        await store.restore(scope, gone)

        assert [(e.kind, e.old_text) for e in await store.history(scope)] == [
            (EventKind.RESTORED, ""),
            (EventKind.FORGOTTEN, ""),
            (EventKind.EDITED, ""),
            (EventKind.EDITED, ""),
        ]


async def test_restore_puts_memories_back(backend: Backend, scope: str) -> None:
    """Forgotten memories come back under their ids, known to their message again."""
    async with backend.open() as store:
        await store.add(scope, plan("a", "one", "two", "three"))
        before = await everything(store, scope)
        gone = await store.forget(scope, [1, 3])

        assert await store.restore(scope, [*reversed(gone), *gone]) == (1, 3)
        assert await everything(store, scope) == before
        assert await store.add(scope, plan("a", "one")) == (1, 2, 3)
        assert await store.restore(scope, gone) == ()
        assert await store.restore(scope, []) == ()


async def test_restore_passes_over_taken_ids(backend: Backend, scope: str) -> None:
    """After everything was forgotten an id may be another's; that one stays."""
    async with backend.open() as store:
        await store.add(scope, plan("a", "old one", "old two"))
        gone = (await store.page(scope)).memories
        await store.forget_all(scope)
        await store.add(scope, plan("b", "new one"))

        assert await store.restore(scope, gone) == (2,)
        assert texts(await everything(store, scope)) == ["new one", "old two"]
        assert await store.add(scope, plan("c", "next")) == (3,)


async def test_restore_into_an_empty_scope(backend: Backend, scope: str) -> None:
    """Everything can be taken back after `forget_all`, and ids go on behind it."""
    async with backend.open() as store:
        await store.add(scope, plan("a", "one", "two"))
        gone = (await store.page(scope)).memories
        assert await store.forget_all(scope) == 2

        assert await store.restore(scope, gone) == (1, 2)
        assert await store.add(scope, plan("b", "three")) == (3,)


async def test_forget_all_starts_anew(backend: Backend, scope: str) -> None:
    """Nothing of a scope is left, not even its log; ids and messages start again."""
    async with backend.open() as store:
        assert await store.forget_all(scope) == 0
        await store.add(scope, plan("a", "one", "two"))
        await store.edit(scope, plan("a", "1", "2"))

        assert await store.forget_all(scope) == 2
        assert await everything(store, scope) == []
        assert await store.history(scope) == ()
        assert await store.add(scope, plan("a", "again")) == (1,)
        assert await store.forget_all(scope) == 1
        assert await store.forget_all(scope) == 0


async def test_pages_walk_back(backend: Backend, scope: str) -> None:
    """Pages go from the newest to the oldest without gap or repeat, over holes too."""
    async with backend.open() as store:
        assert await store.page(scope) == replace(await store.page(scope), memories=(), total=0)
        await store.add(scope, plan("a", *(f"text {i}" for i in range(1, 26))))
        await store.forget(scope, [25, 24, 12, 13, 14, 1])

        seen: list[int] = []
        before: int | None = None
        while (page := await store.page(scope, before=before, limit=4)).memories:
            assert page.total == 19
            seen += [memory.id for memory in page.memories]
            before = seen[-1]
        assert seen == [i for i in range(25, 0, -1) if i not in {25, 24, 12, 13, 14, 1}]
        assert [m.id for m in (await store.page(scope, before=999, limit=2)).memories] == [23, 22]


@pytest.mark.parametrize(("before", "limit"), [(1, 5), (0, 5), (-3, 5), (None, 0), (None, -1)])
async def test_pages_of_nothing(
    backend: Backend, scope: str, before: int | None, limit: int
) -> None:
    """A page below the first memory, or of no length, is empty and still tells the total."""
    async with backend.open() as store:
        await store.add(scope, plan("a", "one", "two"))

        page = await store.page(scope, before=before, limit=limit)

        assert (page.memories, page.total) == ((), 2)


async def test_history_is_newest_first(backend: Backend, scope: str) -> None:
    """The log tells the latest events first, as many as asked for, with their times."""
    start = datetime.now(UTC) - timedelta(seconds=1)
    async with backend.open() as store:
        await store.add(scope, plan("a", "one"))
        assert await store.history(scope) == ()
        for i in range(5):
            await store.edit(scope, plan("a", f"text {i}"))

        events = await store.history(scope, limit=2)

        assert [e.old_text for e in events] == ["text 3", "text 2"]
        assert all(start <= e.time <= datetime.now(UTC) + timedelta(seconds=1) for e in events)
        assert await store.history(scope, limit=0) == ()
        assert len(await store.history(scope)) == 5


async def test_notes_change_no_memory(backend: Backend, scope: str) -> None:
    """A note stands in the log of its scope, for every client, and nothing else is other."""
    async with backend.open() as store, backend.open() as other:
        await store.add(scope, plan("a", "red"))
        await store.edit(scope, plan("a", "green"))
        await other.candidates(scope, ())
        await store.note(scope, EventKind.INSPECTED)
        await other.note(scope, EventKind.CORRECTED, 1)

        for client in (store, other):
            assert texts(await everything(client, scope)) == ["green"]
            assert texts(await client.candidates(scope, ())) == ["green"]
            events = await client.history(scope)
            assert [(e.kind, e.memory_id, e.old_text) for e in events] == [
                (EventKind.CORRECTED, 1, ""),
                (EventKind.INSPECTED, 0, ""),
                (EventKind.EDITED, 1, "red"),
            ]
        assert await store.add(scope, plan("b", "blue")) == (2,)


async def test_notes_go_with_the_scope(backend: Backend, scope: str) -> None:
    """A scope that is not there has no log, and that of a forgotten one is gone."""
    async with backend.open() as store:
        await store.note(scope, EventKind.INSPECTED)
        assert await store.history(scope) == ()

        await store.add(scope, plan("a", "red"))
        await store.note(scope, EventKind.INSPECTED)
        assert await store.forget_all(scope) == 1
        await store.note(scope, EventKind.INSPECTED)

        assert await store.history(scope) == ()


async def test_many_messages_in_one_step(backend: Backend, scope: str) -> None:
    """Several messages are stored as one by one: known ones and repeats keep what they had."""
    async with backend.open() as store:
        await store.add(scope, plan("b", "two"))
        gone = await store.add(scope, plan("d", "gone"))
        await store.forget(scope, gone)
        told = [plan("a", "one", "and"), plan("b", "new"), plan("c"), plan("a", "again"), plan("d")]

        first = await store.add_all(scope, told)

        assert first == ((3, 4), (1,), (), (3, 4), ())
        assert await store.add_all(scope, told) == first
        assert await store.add_all(scope, ()) == ()
        assert texts(await everything(store, scope)) == ["two", "one", "and"]
        assert await store.add(scope, plan("c", "late")) == ()
