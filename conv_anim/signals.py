"""Signals that ask a program to end: they raise an exception, so that nothing is left half done."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

IMPORTS = "<frozen importlib._bootstrap"
"""The files of Python's import system begin like this."""
MOST = 3000
"""Times that a signal waits for an import to end, a millisecond each."""
ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


raised: list[int] = []
"""Of the signals, those that have raised Stopped, or wait for an import to end before they do."""


class Stopped(SystemExit):
    """A signal ends the program, with the exit status that shells give: 128 and the signal's number."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.number = number
        self.name = signal.Signals(number).name


@contextmanager
def stoppable() -> Iterator[None]:
    """The first signal raises Stopped. Those that come after it are ignored while all is put in order.

    What was ignored before stays so, as SIGHUP by nohup.
    """
    before = {number: signal.getsignal(number) for number in ENDING}
    hook = sys.unraisablehook
    handled = [number for number in ENDING if before[number] != signal.SIG_IGN]
    raised.clear()
    with suppress(ValueError):  # in a thread that is not the main one, which signals never reach
        for number in handled:
            signal.signal(number, _stop)
        sys.unraisablehook = _again
    try:
        yield
        raise_pending()
    except SystemExit as end:
        if not isinstance(end, Stopped):
            raise_pending()
        raise
    finally:
        sys.unraisablehook = hook
        with suppress(ValueError):
            for number in handled:
                signal.signal(number, before[number] or signal.SIG_DFL)


def _stop(number: int, frame: FrameType | None, tried: int = 0) -> None:
    """Raise Stopped; a little later where an import would keep its lock, or half of a compiled module, for ever."""
    if tried < MOST and hasattr(signal, "setitimer") and _importing(frame):
        _stop_soon(number, tried + 1)
        return
    for each in ENDING:
        signal.signal(each, _after)  # to ignore one that is on its way makes Python complain
    raised.append(number)
    raise Stopped(number)


def raise_pending() -> None:
    """Raise Stopped once more if it was lost, as it is where Python looks whether something has an attribute.

    Or if it still waits, as what it waits for, an import, may have been the last thing that was done.
    """
    if raised:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, _ignore)
        for each in ENDING:
            signal.signal(each, _after)
        raise Stopped(raised[0])


def _ignore(_number: int, _frame: FrameType | None) -> None:
    """Nothing more."""


def _after(_number: int, frame: FrameType | None) -> None:
    """Nothing while all is put in order; if Stopped was lost, as in code that swallows everything, raise it again."""
    error = sys.exc_info()[1]
    while error is not None and not isinstance(error, Stopped):
        error = error.__context__
    if error is None:
        _stop(raised[0], frame)


def _stop_soon(number: int, tried: int = 0) -> None:
    raised.append(number)
    signal.signal(signal.SIGALRM, lambda _number, frame: _stop(number, frame, tried))
    signal.setitimer(signal.ITIMER_REAL, 0.001)


def _importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith(IMPORTS):
            return True
        frame = frame.f_back
    return False


def _again(lost: sys.UnraisableHookArgs) -> None:
    """Raise it once more in a moment, if it came where Python must ignore exceptions, as when something is deleted."""
    stopped = lost.exc_value
    if isinstance(stopped, Stopped) and hasattr(signal, "setitimer"):
        _stop_soon(stopped.number)
    else:
        sys.__unraisablehook__(lost)


def leave_to_parent() -> None:
    """For a process that works for another one, which gets the terminal's signals too, and ends this one by SIGTERM."""
    sys.unraisablehook = _again
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGTERM, _stop)
    for number in ENDING:
        if number != signal.SIGTERM:
            signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(
            signal.SIG_UNBLOCK, (*ENDING, signal.SIGALRM)
        )  # which the parent holds while this process starts


@contextmanager
def waking() -> Iterator[int | None]:
    """A descriptor to wait for beside other things: something comes from it with every signal.

    One that comes just before a wait does not end it, as Python's handlers run only between its own instructions. None
    where it does not exist, or no descriptor is left.
    """
    ends = _pipe()
    before = None
    if ends:
        with suppress(ValueError):  # in a thread that is not the main one, which signals never reach
            before = signal.set_wakeup_fd(ends[1], warn_on_full_buffer=False)
    try:
        yield None if before is None else ends[0]
    finally:
        if before is not None:
            signal.set_wakeup_fd(before)
        for end in ends:
            os.close(end)


def _pipe() -> tuple[int, ...]:
    """Both ends of one that nothing waits for; none where signals cannot write into it, or no descriptor is left."""
    if not hasattr(signal, "pthread_sigmask"):
        return ()
    try:
        ends = os.pipe()
    except OSError:
        return ()
    for end in ends:
        os.set_blocking(end, False)
    return ends


def woken(descriptor: int) -> None:
    """What `waking` gave has something to read. Raises Stopped if that was lost, as `raise_pending` does."""
    os.read(descriptor, 4096)
    raise_pending()


@contextmanager
def held() -> Iterator[None]:
    """Signals wait until the block is done."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ())
    try:
        signal.pthread_sigmask(signal.SIG_BLOCK, (*ENDING, signal.SIGALRM))
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def abrupt() -> Iterator[None]:
    """Ctrl-C ends the program without a word, while that is imported which could say one."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        with suppress(ValueError):
            signal.signal(signal.SIGINT, signal.default_int_handler)
