"""What people see: every foreign string passes `safe()`, data goes to stdout, everything else to stderr."""

from takedown.display.blocks import Block, Cell, Column, Facts, Lines, Prose, Styled, Table
from takedown.display.lanes import Lanes
from takedown.display.safe import safe, safe_lines
from takedown.display.screen import Answer, Display, Mode, Problem
from takedown.display.words import TRUTHS, WORDS, words

__all__ = [
    "TRUTHS",
    "WORDS",
    "Answer",
    "Block",
    "Cell",
    "Column",
    "Display",
    "Facts",
    "Lanes",
    "Lines",
    "Mode",
    "Problem",
    "Prose",
    "Styled",
    "Table",
    "safe",
    "safe_lines",
    "words",
]
