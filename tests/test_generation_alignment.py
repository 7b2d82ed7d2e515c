"""Two models' tokens of one text, in the shortest stretches that both cut out alike, counted in bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from language_fixtures import TEXT, byte_tokenizer, network, tiny_model

from workbench.generation.alignment import Stretch, stretches
from workbench.generation.token_views import TextView, TokenView
from workbench.generation.tokens import score_text
from workbench.language.checkpoints import wrap_model


def token(
    text: str, bits: float = 1.0, *, start: int = 0, name: str | None = None, raw: str | None = None
) -> TokenView:
    return TokenView(0, text, start, 2.0**-bits, bits, 1, 0.0, (), text if name is None else name, raw)


def view(*tokens: TokenView, text: str | None = None) -> TextView:
    return TextView("".join(one.text for one in tokens) if text is None else text, tokens)


def cut(found: tuple[Stretch, ...]) -> list[tuple[list[str], ...]]:
    return [tuple([one.text or one.name for one in tokens] for tokens in stretch.tokens) for stretch in found]


def test_one_model_has_a_stretch_for_each_token() -> None:
    found = stretches([view(token("a"), token("", raw="f0"), token("🙂", raw="9f9982"))])
    assert [stretch.text for stretch in found] == ["a", "", "🙂"]
    assert found[0].probability(0) == 0.5


def test_tokens_meet_where_both_end_and_their_bits_add_up() -> None:
    a = view(token(" qu", 2), token("ick", 1), token(" fox", 3))
    b = view(token(" q", 1), token("uick", 5), token(" fox", 0.5))
    found = stretches([a, b])
    assert cut(found) == [([" qu", "ick"], [" q", "uick"]), ([" fox"], [" fox"])]
    assert [(stretch.bits(0), stretch.bits(1)) for stretch in found] == [(3, 6), (3, 0.5)]
    assert found[0].text == " quick"


def test_parts_of_a_character_meet_within_it_and_whole_ones_at_its_end() -> None:
    parts = (token("", raw="f09f"), token("", raw="99"), token("🙂", raw="82"))
    assert len(stretches([view(*parts), view(*parts)])) == 3
    found = stretches([view(token("a"), *parts), view(token("a"), token("🙂"))])
    assert cut(found)[1:] == [(["", "", "🙂"], ["🙂"])]
    unknown = (token("", name="\ufffd"), token("🙂", name="\ufffd"))
    assert [len(stretch.tokens[0]) for stretch in stretches([view(*unknown), view(token("🙂"))])] == [2]


def test_a_special_token_stands_alone_where_the_other_has_none() -> None:
    end = token("", 0.5, name="<|end|>")
    found = stretches([view(token("a"), end), view(token("a"))])
    assert cut(found) == [(["a"], ["a"]), (["<|end|>"], [])]
    assert found[1].bits(1) is None
    assert len(stretches([view(token("a"), end), view(token("a"), end)])) == 2


def test_a_token_that_begins_in_the_prompt_meets_one_that_does_not() -> None:
    a = view(token(" quick", start=-3), token(" fox"), text="ick fox")
    b = view(token("ick"), token(" fox"))
    assert cut(stretches([a, b])) == [([" quick"], ["ick"]), ([" fox"], [" fox"])]


def test_bytes_that_are_no_text_are_aligned_by_characters_and_nothing_is_lost() -> None:
    broken = view(token("a"), token("", raw="f0"), token("\ufffd", raw="9f"), token("b"))
    found = stretches([broken, view(token("a"), token("\ufffdb"))])
    assert [tuple(map(len, stretch.tokens)) for stretch in found] == [(1, 1), (3, 1)]
    assert [tuple(map(len, one.tokens)) for one in stretches([view(token("ab")), view(token("a"))])] == [(1, 1)]
    with pytest.raises(ValueError, match="not 3"):
        stretches([broken] * 3)


@given(st.lists(st.sampled_from(["a", "bc", "déf", "🙂", " "]), max_size=9), st.data())
def test_stretches_hold_all_tokens_in_order_and_all_of_the_text(pieces: list[str], data: st.DataObject) -> None:
    text = "".join(pieces)
    places = st.sets(st.integers(1, max(1, len(text) - 1))) if len(text) > 1 else st.just(set())
    views = []
    for _ in range(2):
        ends = [*sorted(data.draw(places)), len(text)] if text else []
        views.append(view(*(token(text[a:b]) for a, b in zip([0, *ends], ends, strict=False))))
    found = stretches(views)
    assert "".join(stretch.text for stretch in found) == text
    for side, whole in enumerate(views):
        assert [one for stretch in found for one in stretch.tokens[side]] == list(whole.tokens)
    for stretch in found:
        assert len({"".join(one.text for one in tokens) for tokens in stretch.tokens}) == 1


def test_real_tokenizers_of_different_sizes_are_aligned() -> None:
    small = wrap_model(tiny_model().source, network("gpt2"), byte_tokenizer(300))
    views = [score_text(model, TEXT[:150], "a") for model in (tiny_model(), small)]
    found = stretches(views)
    assert "".join(stretch.text for stretch in found) == TEXT[:150]
    assert max(len(stretch.tokens[1]) for stretch in found) > 1
    for side, whole in enumerate(views):
        assert sum(stretch.bits(side) or 0 for stretch in found) == pytest.approx(whole.bits)
