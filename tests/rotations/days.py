"""The day on which eligibility is judged, and the block that it is judged for."""

from datetime import date

from rotations.blocks import Block

TODAY = date(2027, 1, 20)
BLOCK = Block(date(2027, 4, 26), 4)  # ends on Friday, 21 May
