"""By how much logits may differ with the way in which they are computed, and where that may change a text.

Floating-point sums depend on their order, and the order on the shape of the work: one row or eight, a prompt read at
once or in parts, one attention kernel or another. Each way is right; but where two tokens are as good as equal, texts
may part. The reference is float32, eager attention, one row, the whole prompt at once; any other way says where its
text first came so near a tie that the reference might have gone on otherwise.
"""

from typing import Final

from workbench.generation.settings import GenerationSettings

LOGIT_BOUNDS: Final = {"float32": 1e-3, "bfloat16": 0.25, "float16": 0.05}
"""By how much a logit may be off, by the dtype of the weights.

Of float32 some hundred times what is seen of GPT-2 (1e-5) and of SmolLM2 (4e-5) between one row and eight; of the short
types about two units in the last place of a logit of 16 to 32.
"""


def tie_bound(dtype: str, settings: GenerationSettings) -> float:
    """The margin below which a choice may fall otherwise: twice a logit's error, or what it does to a probability.

    If every logit is off by at most e, no cumulated probability is off by more than tanh(e/2) <= e/2 (all tokens on one
    side up by e, all on the other down). What the settings do to logits they do to their errors.
    """
    penalty = settings.repetition_penalty
    error = LOGIT_BOUNDS.get(dtype, LOGIT_BOUNDS["bfloat16"]) * max(penalty, 1 / penalty)
    return 2 * error if settings.greedy else error / settings.temperature / 2
