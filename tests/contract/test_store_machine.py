"""The contract of `memnn.store.Store` over long random lives: every store against plain dicts.

Two scopes, two clients of the same data; clients may be closed and opened at any time.
"""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count, zip_longest

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from memnn.records import EventKind, Memory, Plan
from memnn.store import Store
from tests.servers import Backend
from tests.worlds import plan

SCOPES = st.sampled_from(["a", "b"])
CLIENTS = st.integers(0, 1)
MESSAGES = st.sampled_from(["m1", "m2", "m3", "m4"])
TEXTS = st.lists(st.sampled_from(["x", "y", "tea x", "tea"]) | st.text(max_size=4), max_size=3)
IDS = st.sets(st.integers(1, 12), max_size=4)
_lives = count()


@dataclass
class Model:
    """One scope as the contract says it must be."""

    memories: dict[int, Memory] = field(default_factory=dict)
    messages: dict[str, set[int]] = field(default_factory=dict)
    log: list[tuple[EventKind, int, str]] = field(default_factory=list)
    next_id: int = 1
    there: bool = False
    gone: dict[int, Memory] = field(default_factory=dict)

    def of(self, message: str) -> list[int]:
        """Ids of the memories that a message has."""
        return sorted(i for i in self.messages.get(message, ()) if i in self.memories)

    def put(self, memory_id: int, source: Plan, index: int) -> None:
        """Store the slot of a plan."""
        slot = source.slots[index]
        self.memories[memory_id] = Memory(
            memory_id,
            source.message_id,
            slot.text,
            slot.time,
            slot.speaker,
            slot.features,
            slot.words,
        )
        self.messages.setdefault(source.message_id, set()).add(memory_id)
        self.next_id = max(self.next_id, memory_id + 1)

    def forget(self, memory_id: int) -> None:
        """Remove a memory and its old texts."""
        self.gone[memory_id] = self.memories.pop(memory_id)
        self.log = [(k, i, "" if i == memory_id else t) for k, i, t in self.log]
        self.log.append((EventKind.FORGOTTEN, memory_id, ""))


class StoreMachine(RuleBasedStateMachine):
    """One life of a store. The backend is set by the test."""

    backend: Backend

    @initialize()
    def start(self) -> None:
        """Open both clients on scopes of this life's own."""
        self.life = next(_lives)
        self.models: dict[str, Model] = {"a": Model(), "b": Model()}
        self.runner = asyncio.Runner()
        self.clients: list[tuple[Store, AsyncExitStack]] = [self._open(), self._open()]

    def _open(self) -> tuple[Store, AsyncExitStack]:
        async def enter() -> tuple[Store, AsyncExitStack]:
            stack = AsyncExitStack()
            return await stack.enter_async_context(self.backend.open()), stack

        return self.runner.run(enter())

    def name(self, scope: str) -> str:
        """The scope's name in the store."""
        return f"machine {self.life} {scope}"

    @rule(client=CLIENTS)
    def reopen(self, client: int) -> None:
        """Closing a client and opening another changes nothing."""
        self.runner.run(self.clients[client][1].aclose())
        self.clients[client] = self._open()

    @rule(client=CLIENTS, scope=SCOPES, message=MESSAGES, texts=TEXTS)
    def add(self, client: int, scope: str, message: str, texts: list[str]) -> None:
        """New messages are stored, known ones change nothing."""
        model, source = self.models[scope], plan(message, *texts)
        model.there = True
        if message not in model.messages:
            model.messages[message] = set()
            for index in range(len(texts)):
                model.put(model.next_id, source, index)

        ids = self.runner.run(self.clients[client][0].add(self.name(scope), source))

        assert list(ids) == model.of(message)

    @rule(client=CLIENTS, scope=SCOPES, message=MESSAGES, texts=TEXTS)
    def edit(self, client: int, scope: str, message: str, texts: list[str]) -> None:
        """Memories of a message follow its edits, under their ids."""
        model, source = self.models[scope], plan(message, *texts)
        ids = model.of(message)
        before = [model.memories[i] for i in ids]

        old = self.runner.run(self.clients[client][0].edit(self.name(scope), source))

        assert list(old) == before
        if not before or [m.text for m in before] == texts:
            return
        for memory_id in ids[len(texts) :]:
            model.forget(memory_id)
        for index, memory in zip_longest(range(len(texts)), before[: len(texts)]):
            if memory is None:
                model.put(model.next_id, source, index)
            elif memory.text != texts[index]:
                model.put(memory.id, source, index)
                model.log.append((EventKind.EDITED, memory.id, memory.text))

    @rule(client=CLIENTS, scope=SCOPES, ids=IDS)
    def forget(self, client: int, scope: str, ids: set[int]) -> None:
        """What is forgotten is returned and gone."""
        model = self.models[scope]
        expected = [model.memories[i] for i in sorted(ids & model.memories.keys())]
        for memory in expected:
            model.forget(memory.id)

        gone = self.runner.run(self.clients[client][0].forget(self.name(scope), ids))

        assert list(gone) == expected

    @rule(client=CLIENTS, scope=SCOPES, ids=IDS)
    def restore(self, client: int, scope: str, ids: set[int]) -> None:
        """What was forgotten comes back, unless its id is taken."""
        model = self.models[scope]
        wanted = [model.gone[i] for i in sorted(ids & model.gone.keys())]
        expected = [m for m in wanted if m.id not in model.memories]
        model.there |= bool(expected)
        for memory in expected:
            model.memories[memory.id] = memory
            model.messages.setdefault(memory.message_id, set()).add(memory.id)
            model.next_id = max(model.next_id, memory.id + 1)
            model.log.append((EventKind.RESTORED, memory.id, ""))

        back = self.runner.run(self.clients[client][0].restore(self.name(scope), wanted))

        assert list(back) == [m.id for m in expected]

    @rule(
        client=CLIENTS,
        scope=SCOPES,
        kind=st.sampled_from([EventKind.INSPECTED, EventKind.CORRECTED]),
        memory_id=st.integers(0, 12),
    )
    def note(self, client: int, scope: str, kind: EventKind, memory_id: int) -> None:
        """Notes stand in the log of a scope that is there, and change nothing else."""
        model = self.models[scope]
        if model.there:
            model.log.append((kind, memory_id, ""))

        self.runner.run(self.clients[client][0].note(self.name(scope), kind, memory_id))

    @rule(client=CLIENTS, scope=SCOPES)
    def forget_all(self, client: int, scope: str) -> None:
        """Everything goes, and ids start again."""
        model = self.models[scope]
        removed = self.runner.run(self.clients[client][0].forget_all(self.name(scope)))

        assert removed == len(model.memories)
        self.models[scope] = Model(gone=model.gone | model.memories)

    @rule(client=CLIENTS, scope=SCOPES, before=st.integers(-1, 14), limit=st.integers(-1, 5))
    def page(self, client: int, scope: str, before: int, limit: int) -> None:
        """A page is the newest memories below an id."""
        model = self.models[scope]
        below = [model.memories[i] for i in sorted(model.memories, reverse=True) if i < before]

        page = self.runner.run(
            self.clients[client][0].page(self.name(scope), before=before, limit=limit)
        )

        assert list(page.memories) == below[: max(limit, 0)]
        assert page.total == len(model.memories)

    @invariant()
    def all_clients_agree(self) -> None:
        """Each client sees each scope as the model has it."""
        if not hasattr(self, "clients"):
            return
        for store, _ in self.clients:
            for scope, model in self.models.items():
                slots = self.runner.run(store.candidates(self.name(scope), ()))
                assert list(slots) == [model.memories[i] for i in sorted(model.memories)]
                events = self.runner.run(store.history(self.name(scope), limit=1000))
                assert [(e.kind, e.memory_id, e.old_text) for e in events] == model.log[::-1]

    def teardown(self) -> None:
        """Leave nothing behind."""
        if hasattr(self, "clients"):
            for scope in self.models:
                self.runner.run(self.clients[0][0].forget_all(self.name(scope)))
            for _, stack in self.clients:
                self.runner.run(stack.aclose())
            self.runner.close()


@pytest.fixture(name="machine")
def _machine(backend: Backend) -> type[StoreMachine]:
    StoreMachine.backend = backend
    return StoreMachine


def test_any_life_keeps_the_contract(machine: type[StoreMachine]) -> None:
    """Whatever is done, by whichever client, in whatever order, the contract holds."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
