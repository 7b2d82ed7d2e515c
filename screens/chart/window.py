"""Which steps of a chart are in sight: zooming round a step and moving along, within the steps that there are."""

Steps = tuple[int, int]
"""The first and the last step of a range."""

_LEAST = 8
"""No fewer steps are looked at."""


def zoomed(steps: Steps, middle: float, factor: float, whole: Steps) -> Steps | None:
    """``factor`` times as many steps, ``middle`` at the same place among them; None where that is all."""
    length = max(_LEAST, (steps[1] - steps[0]) * factor)
    if length >= whole[1] - whole[0]:
        return None
    share = (middle - steps[0]) / (steps[1] - steps[0]) if steps[1] > steps[0] else 0.5
    return _within(round(middle - share * length), round(length), whole)


def moved(steps: Steps, to: int, whole: Steps) -> Steps:
    """As many steps with ``to`` in their middle."""
    length = steps[1] - steps[0]
    return _within(to - length // 2, length, whole)


def _within(first: int, length: int, whole: Steps) -> Steps:
    start = max(whole[0], min(first, whole[1] - length))
    return start, start + length
