"""A measured difference before anyone has judged it: both values, its intervals, its test, what makes it doubtful."""

from dataclasses import dataclass, replace

from store.documents import finite


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its 95 % interval; None where it is not known."""

    value: float | None = None
    low: float | None = None
    high: float | None = None

    def to_json(self) -> dict[str, float | None]:
        """The estimate as JSON types."""
        return {"value": finite(self.value), "low": finite(self.low), "high": finite(self.high)}


@dataclass(frozen=True, slots=True)
class Contrast:
    """The difference B - A of one figure: intervals at 95 % and 90 %, the test and its p-value, the examples used."""

    a: Estimate
    b: Estimate
    delta: float | None = None
    interval: tuple[float, float] | None = None
    narrow: tuple[float, float] | None = None
    """The 90 % interval, which decides equivalence (two one-sided tests at 5 %)."""
    test: str | None = None
    p_value: float | None = None
    n: int | None = None
    p_mid: float | None = None
    """The mid-p beside the p-value of an exact test, which decides."""
    standard_error: float | None = None
    """Of the difference; of shares, from how often the runs disagree, whatever the difference that they show."""
    note: str | None = None
    """What the reader must know about how the numbers came about."""
    doubt: str | None = None
    """Why no verdict may be given however small the p-value is."""

    def doubted(self, doubt: str | None) -> "Contrast":
        """The same contrast with a reason against a verdict, unless it has one already."""
        return self if doubt is None or self.doubt else replace(self, doubt=doubt)

    def untested(self, doubt: str) -> "Contrast":
        """The same values and their difference without intervals and test, and why there are none."""
        return Contrast(
            Estimate(self.a.value), Estimate(self.b.value), self.delta, n=self.n, note=self.note, doubt=doubt
        )

    def anchored(self, a: float | None, b: float | None) -> "Contrast":
        """The same contrast about the run's own published values.

        Outcomes are stored in half precision; their means differ from the published ones in digits that nobody should
        wonder about.
        """
        if self.delta is None or a is None or b is None or self.a.value is None or self.b.value is None:
            return self
        shift = (b - a) - self.delta
        return replace(
            self,
            a=_shifted(self.a, a - self.a.value),
            b=_shifted(self.b, b - self.b.value),
            delta=b - a,
            interval=_moved(self.interval, shift),
            narrow=_moved(self.narrow, shift),
        )


@dataclass(frozen=True, slots=True)
class Needed:
    """How many examples would settle a difference of ``effect``, whatever difference was seen."""

    examples: int
    effect: float
    is_margin: bool
    """Whether the effect is the margin within which two runs are called equivalent."""


def _shifted(estimate: Estimate, shift: float) -> Estimate:
    low = None if estimate.low is None else estimate.low + shift
    high = None if estimate.high is None else estimate.high + shift
    value = None if estimate.value is None else estimate.value + shift
    return Estimate(value, low, high)


def _moved(interval: tuple[float, float] | None, shift: float) -> tuple[float, float] | None:
    return None if interval is None else (interval[0] + shift, interval[1] + shift)
