"""The names of the 52 expression coefficients, ARKit's, in the order of every array of them.

A coefficient is 0 (the resting face) to 1 (the movement at its full). Left and right are the subject's own. The order
is that of MediaPipe's blendshape head without its first, `_neutral`; `tongueOut`, which no mesh of points can show,
stands last.
"""

_TOLD = """
browDown* browInnerUp browOuterUp* cheekPuff cheekSquint* eyeBlink* eyeLookDown* eyeLookIn* eyeLookOut* eyeLookUp*
eyeSquint* eyeWide* jawForward jawLeft jawOpen jawRight mouthClose mouthDimple* mouthFrown* mouthFunnel mouthLeft
mouthLowerDown* mouthPress* mouthPucker mouthRight mouthRollLower mouthRollUpper mouthShrugLower mouthShrugUpper
mouthSmile* mouthStretch* mouthUpperUp* noseSneer* tongueOut
"""
"""A star stands for two: Left, then Right."""

COEFFICIENTS: tuple[str, ...] = tuple(
    name.replace("*", side) for name in _TOLD.split() for side in (("Left", "Right") if name.endswith("*") else ("",))
)
"""Every coefficient, in the order of all arrays."""
