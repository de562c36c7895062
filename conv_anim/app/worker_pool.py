"""Processes that work through many tasks. Of one that is killed it is known what it was at; another takes its place."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager, nullcontext, suppress
from multiprocessing import Pipe, Process
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from conv_anim import signals
from conv_anim.export import files

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from contextlib import AbstractContextManager
    from multiprocessing.connection import Connection

T = TypeVar("T")
R = TypeVar("R")
EACH = 3
"""Descriptors that a worker takes here, and in every worker that is started later."""
KEPT = 16
"""Descriptors that are kept for signals, and for drawing, with an encoder at work."""
USUALLY = 10
"""Descriptors that are taken before, where that cannot be counted."""
AGAIN = 1.0
"""Seconds after which a worker that did not end is signalled again."""
NO_MORE = None
"""What a worker gets instead of a task when it may go."""


def map_tasks(
    tasks: Iterable[T], work: Callable[[T], R], count: int, clean_up: Callable[[T], None]
) -> Generator[tuple[T, R | None]]:
    """Every task with its result, as they come; a task is taken when there is, or will be next, a process for it.

    Tasks whose process was killed are tried again at the end, each alone; if that is killed too, the result is None.
    ``clean_up`` clears up after a process that had a task.
    """
    lost: list[T] = []
    with _worker_pool(work, affordable(count), clean_up) as pool:
        for task, result in pool.results(tasks):
            if result is None:
                lost.append(task)
            else:
                yield task, result
    with _worker_pool(work, 1, clean_up) as pool:
        yield from pool.results(lost, alone=True)


def affordable(count: int) -> int:
    """As many of some processes as there are descriptors for; none if the rest is needed here."""
    try:
        import resource
    except ImportError:  # where nothing limits them
        return count
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if most == resource.RLIM_INFINITY or most > EACH * count + KEPT + USUALLY:
        return count
    with suppress(OSError):
        return max(0, min(count, (most - len(os.listdir("/dev/fd")) - KEPT) // EACH))  # noqa: PTH208  # names alone
    return max(0, min(count, (most - USUALLY - KEPT) // EACH))


@contextmanager
def _worker_pool(work: Callable[[T], R], size: int, clean_up: Callable[[T], None]) -> Iterator[_WorkerPool[T, R]]:
    with signals.waking() as wakeup:
        pool = _WorkerPool(work, size, clean_up, wakeup)
        try:
            yield pool
        finally:
            pool.close()


class _WorkerPool(Generic[T, R]):
    """Workers, started as they are needed."""

    def __init__(self, work: Callable[[T], R], size: int, clean_up: Callable[[T], None], wakeup: int | None) -> None:
        self._work = work
        self._size = size
        self._clean_up = clean_up
        self._wakeup = [] if wakeup is None else [wakeup]
        self._idle: list[_Worker] = []
        self._busy: dict[Any, tuple[_Worker, T]] = {}
        """By their connections."""

    def results(self, tasks: Iterable[T], *, alone: bool = False) -> Iterator[tuple[T, R | None]]:
        """Where the system starts no more workers, fewer do; where it starts none, this process works itself.

        Tasks that are to be ``alone``, as they may kill their process, have None as their result then.
        """
        for task in tasks:
            while len(self._busy) >= self._size > 0:
                yield from self._finished()
            worker = self._worker()
            while worker is None and self._busy:
                yield from self._finished()
                worker = self._worker()
            if worker is None:
                yield task, None if alone else self._work(task)
            else:
                self._busy[worker.connection] = worker, task
                worker.send(task)
        while self._busy:
            yield from self._finished()

    def _worker(self) -> _Worker | None:
        """One that is free; None if none is, and none can be started."""
        if self._idle:
            return self._idle.pop()
        if self._size == 0:
            return None
        try:
            return _Worker(self._work)
        except (OSError, MemoryError):
            self._size = len(self._busy)
            return None

    def _finished(self) -> Iterator[tuple[T, R | None]]:
        """Wait for a task, and yield all that are done by then; or for a signal that does not end the run."""
        for connection in wait([*self._busy, *self._wakeup]):
            if connection in self._wakeup:
                signals.woken(connection)
                continue
            worker, task = self._busy.pop(connection)
            result: R | None = None
            try:
                result = worker.connection.recv()
                self._idle.append(worker)
            except (EOFError, OSError):
                worker.end()
                self._clean_up(task)
            yield task, result

    def close(self) -> None:
        """End all; those that are at work are interrupted, and put in order what they leave."""
        busy = list(self._busy.values())
        for worker, _ in busy:
            worker.process.terminate()
        for worker in (*self._idle, *(worker for worker, _ in busy)):
            worker.send(NO_MORE)
        for worker in self._idle:
            worker.end()
        for worker, task in busy:
            worker.stop()
            self._clean_up(task)


class _Worker:
    """A process that waits for tasks."""

    def __init__(self, work: Callable[[Any], object]) -> None:
        self.connection, theirs = Pipe()
        try:
            self.process = Process(target=_serve, args=(self.connection, theirs, work), daemon=True)
            with signals.held():  # in the new process, one would raise what only this one can put in order
                self.process.start()
        except BaseException:
            self.connection.close()
            raise
        finally:
            theirs.close()

    def send(self, task: object) -> None:
        with suppress(OSError):  # it was killed, which shows when something is to come from it
            self.connection.send(task)

    def stop(self) -> None:
        """End it, though it is at work. Python loses a signal that comes while the process starts: send it again."""
        while self.process.exitcode is None:
            self.process.terminate()
            self.process.join(AGAIN)
        self.end()

    def end(self) -> None:
        """Wait until it is gone."""
        self.process.join()
        self.process.close()
        self.connection.close()


def _serve(ours: Connection[Any, Any], theirs: Connection[Any, Any], work: Callable[[Any], object]) -> None:
    """What a worker does: a task in, its result out, until there are no more, or the pipe is closed.

    Temporary files of its libraries, which may count on an end that such a process does not have, get a folder.
    """
    signals.leave_to_parent()
    ours.close()
    with _scratch() as tempfile.tempdir, suppress(EOFError, OSError, MemoryError):
        while (task := theirs.recv()) is not NO_MORE:
            theirs.send(work(task))


def _scratch() -> AbstractContextManager[str | None]:
    """A temporary folder; None if none can be made."""
    try:
        return files.scratch()
    except OSError:
        return nullcontext()
