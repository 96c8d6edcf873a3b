"""The worlds of a seed in a process of their own, beside the chain that they will judge."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from scoring.records import Saving, Visit
from scoring.truths import Known, Witness

Progress = Callable[[float], None]
_LEAVE_S = 10.0


class Judging(Protocol):
    """What the worlds are asked."""

    def known(self, progress: Progress) -> Known:
        """See :meth:`scoring.truths.Witness.known`."""
        ...

    def savings(self, visits: Sequence[Visit]) -> list[Saving]:
        """See :meth:`scoring.truths.Witness.savings`."""
        ...


@contextmanager
def beside(witness: Witness) -> Iterator[Judging]:
    """Begins with the worlds at once; what they are asked is answered when it is known.

    A process is spawned, never forked, since threads may be running. Its errors are raised
    where it is asked.
    """
    context = multiprocessing.get_context("spawn")
    mine, its = context.Pipe()
    process = context.Process(target=_witness, args=(witness, its), name="worlds", daemon=True)
    process.start()
    its.close()
    try:
        yield _Beside(mine)
    finally:
        mine.close()
        process.join(_LEAVE_S)
        if process.is_alive():
            process.terminate()
            process.join()


class _Beside:
    def __init__(self, pipe: Any) -> None:
        self._pipe = pipe

    def known(self, progress: Progress) -> Known:
        while isinstance(said := self._heard(), float):
            progress(said)
        known: Known = said
        return known

    def savings(self, visits: Sequence[Visit]) -> list[Saving]:
        self._pipe.send(list(visits))
        said: list[Saving] = self._heard()
        return said

    def _heard(self) -> Any:
        try:
            said = self._pipe.recv()
        except EOFError as error:
            raise RuntimeError("the process of the worlds has ended unasked") from error
        if isinstance(said, Exception):
            raise said
        return said


def _witness(witness: Witness, pipe: Any) -> None:
    """Answers in turn: how far it is, what is known, then the savings of visits."""
    try:
        try:
            pipe.send(witness.known(pipe.send))
            pipe.send(witness.savings(pipe.recv()))
        except EOFError:
            return  # nobody asks any more
        except Exception as error:  # noqa: BLE001 raised again where it is asked
            pipe.send(error)
    except (BrokenPipeError, ConnectionResetError):
        return
