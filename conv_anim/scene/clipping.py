"""Lines that pass behind a plane, or along each other."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from conv_anim.scene.gliding import between

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conv_anim.scene.primitives import Point

Segment = tuple["Point", ...]


def outside(segment: Segment, ring: tuple[Point, ...] | None) -> list[Segment]:
    """The pieces of a segment that a convex ring does not hide (Cyrus and Beck's clipping, turned inside out)."""
    hidden = [] if ring is None else within(segment, ring)
    if not hidden:
        return [segment]
    ((enters, leaves),) = hidden
    pieces = [(segment[0], enters), (leaves, segment[1])]
    return [piece for piece in pieces if _length(piece) > 1e-6]


def within(segment: Segment, ring: tuple[Point, ...]) -> list[Segment]:
    """The piece of a segment that a convex ring hides."""
    inside = _inside(segment, ring)
    if inside is None:
        return []
    start, end = segment
    return [tuple(between(start, end, share) for share in inside)]


def _inside(segment: Segment, ring: tuple[Point, ...]) -> tuple[float, float] | None:
    """From where to where, as shares of the segment, it runs inside the ring; None where it does not."""
    (ax, ay), (bx, by) = segment
    enters, leaves = 0.0, 1.0
    turn = _turn(ring)
    for (px, py), (qx, qy) in pairwise((*ring, ring[0])):
        nx, ny = turn * (qy - py), -turn * (qx - px)
        start = nx * (ax - px) + ny * (ay - py)
        slope = nx * (bx - ax) + ny * (by - ay)
        if abs(slope) < 1e-12:
            if start > 0:
                return None
        elif slope < 0:
            enters = max(enters, -start / slope)
        else:
            leaves = min(leaves, -start / slope)
    return (enters, leaves) if leaves - enters > 1e-9 else None


def _turn(ring: tuple[Point, ...]) -> int:
    """1 for a ring that runs clockwise as y points down, else -1."""
    area = sum(ax * by - bx * ay for (ax, ay), (bx, by) in pairwise((*ring, ring[0])))
    return 1 if area > 0 else -1


def _length(segment: Segment) -> float:
    (ax, ay), (bx, by) = segment
    return abs(bx - ax) + abs(by - ay)


def once(lines: Iterable[tuple[Point, ...]]) -> list[tuple[Point, ...]]:
    """Lines of upright and level segments without what lies on earlier ones: drawn twice, that would be darker."""
    drawn: list[Segment] = []
    found: list[list[Point]] = []
    for line in lines:
        end: Point | None = None
        for segment in pairwise(line):
            for a, b in _beside(segment, drawn):
                if a == end:
                    found[-1].append(b)
                else:
                    found.append([a, b])
                end = b
        drawn += pairwise(line)
    return [tuple(line) for line in found]


def _beside(segment: Segment, others: Iterable[Segment]) -> list[Segment]:
    """The pieces of a segment that lie on no other one."""
    along = 0 if segment[0][1] == segment[1][1] else 1
    pieces = [] if segment[0] == segment[1] else [segment]
    for other in others:
        if all(point[1 - along] == segment[0][1 - along] for point in other):
            low, high = sorted(point[along] for point in other)
            pieces = [piece for each in pieces for piece in _cut(each, along, low, high)]
    return pieces


def _cut(piece: Segment, along: int, low: float, high: float) -> list[Segment]:
    """What is left of a piece without what lies between two places along it, in its direction."""
    start, end = piece[0][along], piece[1][along]
    least, most = min(start, end), max(start, end)
    kept = [(least, min(most, low)), (max(least, high), most)]
    runs = [run if start <= end else run[::-1] for run in (kept if start <= end else kept[::-1]) if run[0] < run[1]]
    level = piece[0][1 - along]
    return [tuple((at, level) if along == 0 else (level, at) for at in run) for run in runs]
