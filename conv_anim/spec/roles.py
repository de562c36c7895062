"""What a type of op is in a whole network, where nodes have the names of types but no ops."""

from __future__ import annotations

from typing import Literal, TypeAlias

from conv_anim.values import dataclass

Family: TypeAlias = Literal["input", "window", "pool", "resize", "dense", "join", "other"]


@dataclass(frozen=True, slots=True)
class Role:
    """What nodes of a type are to a reader of a network; the type's record has it (`OpType.role`)."""

    family: Family = "other"
    stays: bool = False
    """Whether outputs are made of the cells at their own place."""
    stacks: bool = False
    """Whether it sets the channels of its inputs behind each other."""
    whole: bool = False
    """Whether it reads all of a map at once, by a window that has no size of its own."""
    enlarges: bool = False
    """Whether it makes several cells of one, as upsampling does."""
    norm: bool = False
    """Whether it scales and shifts what a convolution made."""
