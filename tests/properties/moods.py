"""Any mood: the strategies that the properties share."""

from dataclasses import replace

from hypothesis import strategies as st

from mien.circumplex import affect_at
from mien.values import Affect

UNIT = st.floats(-1, 1, allow_nan=False)


@st.composite
def affects(draw: st.DrawFn) -> Affect:
    return replace(affect_at(draw(UNIT), draw(UNIT)), doubt=draw(st.floats(0, 1)))
