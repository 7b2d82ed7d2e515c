"""A GGUF file becomes the model that was written to it, and is read once."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from language_fixtures import END, TEXT, byte_tokenizer, network

from workbench.errors import UnusableModel
from workbench.language.checkpoints import load_model
from workbench.language.sources import find_files, parse_source

gguf = pytest.importorskip("gguf")
pytest.importorskip("accelerate")

NAMES = {
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "model.embed_tokens": "token_embd",
    "model.norm": "output_norm",
    "lm_head": "output",
    "model.layers.": "blk.",
}


def llama_as_gguf(path: Path) -> Any:
    """Writes the tiny llama with its tokenizer; attention of q and k stands in GGUF's order of rotated pairs."""
    model, tokenizer = network("llama"), byte_tokenizer()
    config = model.config
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_rope_dimension_count(config.hidden_size // config.num_attention_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    backend: Any = tokenizer.backend_tokenizer
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list([token for token, _ in vocabulary])
    writer.add_token_types([3 if token == END else 1 for token, _ in vocabulary])
    writer.add_token_merges([" ".join(pair) for pair in merges_of(backend)])
    writer.add_eos_token_id(tokenizer.eos_token_id)
    writer.add_bos_token_id(tokenizer.eos_token_id)
    for name, tensor in model.state_dict().items():
        values = tensor.clone()
        for heads, which in ((config.num_attention_heads, "q_proj"), (config.num_key_value_heads, "k_proj")):
            if which in name:
                rows, columns = values.shape
                values = values.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)
        for ours, theirs in NAMES.items():
            name = name.replace(ours, theirs)
        writer.add_tensor(name, values.numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return model


def merges_of(backend: Any) -> list[list[str]]:
    return [list(pair) for pair in json.loads(backend.to_str())["model"]["merges"]]


def test_a_gguf_file_becomes_the_model_that_was_written_and_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, read = llama_as_gguf(tmp_path / "tiny.gguf"), []
    reader, original = gguf.GGUFReader, gguf.GGUFReader.__init__
    monkeypatch.setattr(reader, "__init__", lambda self, path: (read.append(path), original(self, path))[1])
    model = load_model(find_files(parse_source(str(tmp_path / "tiny.gguf"))))
    assert len(read) == 1
    assert gguf.GGUFReader is reader
    loaded = model.network.state_dict()
    for name, tensor in written.state_dict().items():
        assert torch.equal(loaded[name], tensor), name
    assert model.encode(TEXT) == byte_tokenizer().encode(TEXT)


@pytest.mark.parametrize("share", [0.0, 0.002, 0.5])
def test_a_gguf_file_that_is_cut_short_is_a_sentence(tmp_path: Path, share: float) -> None:
    llama_as_gguf(tmp_path / "tiny.gguf")
    whole = (tmp_path / "tiny.gguf").read_bytes()
    (tmp_path / "cut.gguf").write_bytes(whole[: max(4, int(share * len(whole)))])
    with pytest.raises(UnusableModel, match=r"cut\.gguf cannot be loaded"):
        load_model(find_files(parse_source(str(tmp_path / "cut.gguf"))))
