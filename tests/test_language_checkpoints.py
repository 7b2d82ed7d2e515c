"""Checkpoints of transformers loaded from folders: in silence, whole or not at all."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from language_fixtures import CONTEXT, byte_tokenizer, network, tiny_model
from safetensors.torch import load_file, save_file

from workbench.errors import BadValue, UnusableModel
from workbench.language.checkpoints import LanguageModel, load_model
from workbench.language.sources import find_files, parse_source


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    network("llama").save_pretrained(tmp_path / "m")
    byte_tokenizer().save_pretrained(tmp_path / "m")
    return tmp_path / "m"


def load(folder: Path, **options: str) -> LanguageModel:
    return load_model(find_files(parse_source(f"hf:{folder}")), **options)


def test_a_saved_model_comes_back_with_its_facts_and_without_a_word(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    model = load(folder)
    assert capfd.readouterr() == ("", "")
    ids = torch.tensor([model.encode("The quick brown fox")])
    with torch.no_grad():
        assert torch.equal(model.network(ids).logits, network("llama")(ids).logits)
    parameters = sum(parameter.numel() for parameter in model.network.parameters())
    assert model.facts.to_json() == {
        "architecture": "LlamaForCausalLM",
        "parameters": parameters,
        "vocabulary": 512,
        "context_length": CONTEXT,
        "memory_bytes": model.facts.memory_bytes,
        "dtype": "float32",
        "device": "cpu",
        "attention": "eager",
    }
    assert 4 * parameters <= model.facts.memory_bytes < 4 * parameters + 1000
    assert model.eos_ids == {byte_tokenizer().eos_token_id}


def test_numbers_and_attention_are_as_asked(folder: Path) -> None:
    facts = load(folder, dtype="bfloat16", attention="sdpa").facts
    assert (facts.dtype, facts.attention) == ("bfloat16", "sdpa")
    assert load(folder, attention="auto").facts.attention == "sdpa"
    with pytest.raises(BadValue, match="dtype must be one of float32, bfloat16, float16, not 'int4'"):
        load(folder, dtype="int4")


def test_missing_weights_are_not_made_up(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    del tensors["model.layers.1.mlp.up_proj.weight"]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(UnusableModel, match=r"lacks 1 of its weights, as model.layers.1.mlp.up_proj.weight"):
        load(folder)


def edit(path: Path, **values: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | values), encoding="utf-8")


def test_weights_of_another_shape_are_not_made_up_either(folder: Path) -> None:
    edit(folder / "config.json", intermediate_size=32)
    with pytest.raises(
        UnusableModel, match=r"6 of its weights in another shape .*mlp\.down_proj.*: \(32, 64\) instead of \(32, 32\)"
    ):
        load(folder)


@pytest.mark.parametrize(
    ("damage", "values"),
    [
        ("no tokenizer", {}),
        ("cut weights", {}),
        ("tokenizer", {"pre_tokenizer": {"type": "made-up"}}),
        ("config", {"model_type": "made-up", "architectures": ["MadeUpForCausalLM"]}),
        ("config", {"num_attention_heads": "4"}),
        ("config", {"dtype": "made-up"}),
    ],
)
def test_what_cannot_be_loaded_is_a_sentence(folder: Path, damage: str, values: dict[str, Any]) -> None:
    if damage == "no tokenizer":
        for name in ("tokenizer.json", "tokenizer_config.json"):
            (folder / name).unlink()
    elif damage == "cut weights":
        path = folder / "model.safetensors"
        path.write_bytes(path.read_bytes()[:-1000])
    else:
        edit(folder / f"{damage}.json", **values)
    with pytest.raises(UnusableModel, match=r"cannot be loaded: .+ Check that the folder holds a whole checkpoint"):
        load(folder)


def test_a_tokenizer_is_not_made_up_where_its_vocabulary_is_missing(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    edit(folder / "tokenizer_config.json", tokenizer_class="GPT2Tokenizer")
    with pytest.raises(UnusableModel, match="comes without the vocabulary of its tokenizer"):
        load(folder)


def test_a_tokenizer_of_more_tokens_than_the_network_knows_is_told_where_it_makes_them(folder: Path) -> None:
    weights = {
        name: tensor[:300] if len(tensor) == 512 else tensor
        for name, tensor in load_file(folder / "model.safetensors").items()
    }
    save_file(
        {name: tensor.clone() for name, tensor in weights.items()}, folder / "model.safetensors", {"format": "pt"}
    )
    edit(folder / "config.json", vocab_size=300)
    model = load(folder)
    assert model.encode("a") == byte_tokenizer().encode("a")
    for encode in (model.encode, model.encode_data, model.encode_with_places):
        with pytest.raises(UnusableModel, match=r"makes token \d+ of this text, and the network knows 300 tokens"):
            encode("The quick brown fox")
    model.tokenizer.add_special_tokens({"bos_token": "<begin>"})
    assert model.start_id is None


def test_what_is_no_text_has_no_tokens() -> None:
    model = tiny_model()
    for encode in (model.encode, model.encode_data, model.encode_with_places):
        with pytest.raises(BadValue, match="holds bytes that are not UTF-8, or half a character"):
            encode("a\udcffb")


def test_a_tokenizer_that_sets_a_token_before_each_text_does_so_once(folder: Path) -> None:
    from tokenizers.processors import TemplateProcessing

    model = load(folder)
    assert model.lead_ids == []
    end = byte_tokenizer().eos_token_id
    backend = model.tokenizer.backend_tokenizer  # type: ignore[attr-defined]
    backend.post_processor = TemplateProcessing(
        single="<|endoftext|> $A <|endoftext|>", special_tokens=[("<|endoftext|>", end)]
    )
    bare = byte_tokenizer().encode("The fox", add_special_tokens=False)
    again = LanguageModel(model.source, model.network, model.tokenizer, model.facts)
    assert again.encode("The fox") == [end, *bare]
    assert again.encode("") == [end]


def test_a_gguf_file_needs_two_packages_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    monkeypatch.setattr("workbench.language.checkpoints.find_spec", lambda _name: None)
    with pytest.raises(UnusableModel, match=r"needs gguf and accelerate, .* pip install 'workbench\[gguf\]'"):
        load_model(find_files(parse_source(str(tmp_path / "m.gguf"))))
