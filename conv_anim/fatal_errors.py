"""How a command ends on a fatal event: a signal, a standard stream that is closed or full, a bug of ours."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from conv_anim.signals import Stopped, stoppable
from conv_anim.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conv_anim.diagnostics import Problem

DEBUG = "CONV_ANIM_DEBUG"
"""The environment variable that shows the traceback of a bug; one process draws all then."""
STREAM = (errno.EBADF, errno.EFBIG, errno.EIO, errno.ENOSPC)
"""The name of standard output in errors without a file."""
ESCAPED = "conv-anim-escaped"
"""The name of the way to write what a stream's encoding lacks: as ``\\uXXXX``, which JSON reads as well."""


@contextmanager
def reported() -> Iterator[None]:
    """Reports fatal errors in a line or two, and by the exit status: 1, or 128 plus the signal's number."""
    repair_streams()
    with _losing_messages():
        try:
            with stoppable():
                yield
        except Stopped as stop:
            _say(f"stopped by {stop.name}")
            raise SystemExit(stop.code) from None
        except Exception as error:  # noqa: BLE001  # the end of the line
            _say(_ending(error))
            raise SystemExit(1) from None


def _ending(error: Exception) -> str:
    """The message for an unhandled exception. Raises the error itself when debugging."""
    _give_up_stdout()
    if not isinstance(error, OSError) or debugging():
        return str(unforeseen(error))
    if error.errno in STREAM and error.filename is None:
        return f"error: standard output cannot be written: {error.strerror}"
    return f"error: {error}" if shortage(error) is None else str(unforeseen(error))


def _say(text: str) -> None:
    """A line on standard error, if that takes any; on a terminal not behind its ^C."""
    with suppress(OSError):
        sys.stderr.write(f"\n{text}\n" if sys.stderr.isatty() else f"{text}\n")
        sys.stderr.flush()


# standard streams


def repair_streams() -> None:
    """Reopens closed streams, so that no file of ours gets their descriptors; streams then encode every character.

    To write to a closed standard output fails, as it should; what standard error does not take is lost.
    """
    for number, way in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        if not _is_open(number):
            os.open(os.devnull, way)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115  # as long as the program runs
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    codecs.register_error(ESCAPED, _escaped)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=ESCAPED)


class _Lossy(io.TextIOWrapper):
    """Text that is lost, from the first that cannot be written: the disk is full, or the reader has left.

    The file below is Python's own: a signal that comes with a write leaves it written once, and not once more.
    """

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError:
            self._lose()
            return len(text)

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            self._lose()

    def _lose(self) -> None:
        """What is still held goes nowhere, as all that comes."""
        with suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            super().flush()


@contextmanager
def _losing_messages() -> Iterator[None]:
    """What standard error does not take is lost: neither a command's work nor its exit status depend on it."""
    stream = sys.stderr
    if not isinstance(stream, io.TextIOWrapper):
        yield
        return
    try:
        number = stream.fileno()
    except OSError:  # it is in memory
        yield
        return
    below = io.BufferedWriter(io.FileIO(number, "wb", closefd=False))
    sys.stderr = _Lossy(below, stream.encoding, stream.errors, line_buffering=True)
    try:
        yield
    finally:
        sys.stderr.flush()
        sys.stderr = stream


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _escaped(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    units = error.object[error.start : error.end].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[k : k + 4]}" for k in range(0, len(units), 4)), error.end


def _give_up_stdout() -> None:
    """If standard output takes nothing, nothing more is tried, so that the program can end."""
    try:
        sys.stdout.flush()
    except OSError:
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


# what the system is short of


@dataclass(frozen=True, slots=True)
class Shortage:
    """What there is not enough of, and the way out."""

    code: str
    """The code of the problem that it is reported as."""
    what: str
    way: str


ROOM = 88 << 20
"""Bytes of addresses that numpy takes with its libraries."""
FEWER = "fewer processes at the same time, as with -j 1"
MEMORY = Shortage(
    "too-large",
    "there is not enough memory to draw this",
    f"a smaller input or fewer steps; or {FEWER}; or a higher limit, if 'ulimit -v' tells one",
)
PROCESSES = Shortage(
    "shortage", "the system starts no more processes or threads", f"{FEWER}; or a higher limit than 'ulimit -u' tells"
)
SHORTAGES: Final[dict[int, Shortage]] = {
    errno.ENOMEM: MEMORY,
    errno.EAGAIN: PROCESSES,
    errno.EMFILE: Shortage(
        "shortage", "too many files are open in one process", f"{FEWER}; or a higher limit, as by 'ulimit -n 1024'"
    ),
    errno.ENFILE: Shortage("shortage", "too many files are open on this machine", f"end other programs; or {FEWER}"),
    errno.ENOSPC: Shortage("shortage", "the disk is full", "make room on it, or choose a folder on another one"),
    errno.EDQUOT: Shortage(
        "shortage", "your disk quota is used up", "make room in it, or choose a folder on another disk"
    ),
    errno.EFBIG: Shortage(
        "shortage",
        "the file is larger than this system allows",
        "a smaller figure or fewer steps; or a higher limit than 'ulimit -f' tells",
    ),
}
IMPORTS: Final = {
    "failed to map segment": errno.ENOMEM,
    "annot allocate memory": errno.ENOMEM,
    "Too many open files": errno.EMFILE,
    "can't start new thread": errno.EAGAIN,
}
"""Messages without an errno: a module that cannot be loaded, or a thread."""


def shortage(error: BaseException) -> Shortage | None:
    """What an exception, or one that it comes from, says that there is not enough of."""
    seen: BaseException | None = error
    while seen is not None:
        number = _lacking(seen)
        if number in SHORTAGES:
            return SHORTAGES[number]
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return None


def _lacking(error: BaseException) -> int | None:
    if isinstance(error, MemoryError):
        return errno.ENOMEM
    if isinstance(error, SystemError) and _addresses() is not None:  # Python's own, when it forgets to say MemoryError
        return errno.ENOMEM
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    if isinstance(error, ImportError | RuntimeError | OSError):
        return next((number for words, number in IMPORTS.items() if words in str(error)), None)
    return None


def _addresses() -> int | None:
    """How many bytes of them the system allows; None if it does not limit them, or not in this way."""
    if sys.platform != "linux":
        return None
    import resource

    most = resource.getrlimit(resource.RLIMIT_AS)[0]
    return None if most == resource.RLIM_INFINITY else most


def check_room() -> None:
    """Raise MemoryError if the system leaves too little room to load numpy, whose libraries would end the program."""
    most = None if "numpy" in sys.modules else _addresses()
    if most is None:
        return
    with suppress(OSError, ValueError), open("/proc/self/statm", encoding="ascii") as sizes:  # noqa: PTH123  # no pathlib yet
        if most - int(sizes.read().split()[0]) * os.sysconf("SC_PAGE_SIZE") < ROOM:
            raise MemoryError


def way(error: BaseException, usual: str | None = None) -> str | None:
    """The way out of a shortage; of anything else the usual one."""
    found = shortage(error)
    return usual if found is None else found.way


# bugs


def debugging() -> bool:
    """Whether a bug is to end in a traceback instead of a report."""
    return bool(os.environ.get(DEBUG))


def unforeseen(error: Exception, file: str = "") -> Problem:
    """The problem that reports a bug or a shortage. Raises the error itself when debugging."""
    from conv_anim.diagnostics import Code, Problem

    short = shortage(error)
    if short is not None:
        return Problem(Code(short.code), short.what, file=file, hint=short.way)
    if debugging():
        raise error
    what = f"{type(error).__name__}: {str(error) or 'without a word'} ({_place(error)})"
    hint = f"this is a bug of conv-anim; please report it with the spec, and with what {DEBUG}=1 shows"
    return Problem(Code.INTERNAL, what, file=file, hint=hint)


def _place(error: Exception) -> str:
    """The innermost line of ours that the error came through."""
    place, trace = "elsewhere", error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.startswith("conv_anim"):
            place = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
