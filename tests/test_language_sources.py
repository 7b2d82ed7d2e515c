"""Names of language models, the files behind them, and what speaks against loading them, said without torch."""

import json
import os
import shutil
import struct
from collections.abc import Mapping
from pathlib import Path
from stat import S_IMODE
from typing import Any

import pytest

from workbench.errors import UnusableModel, UsageError
from workbench.language.hub_cache import HubCache, list_cached
from workbench.language.identity import weights_hash
from workbench.language.sources import ModelFiles, ModelSource, SourceKind, find_files, hub_folder, parse_source
from workbench.language.tensors import count_tensors

GPT2 = {"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "n_positions": 1024}


@pytest.fixture(autouse=True)
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub, and one of Workbench."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "hub"


def write_tensors(path: Path, shapes: Mapping[str, list[int]]) -> None:
    """A file of safetensors with float32 zeros."""
    header, at = {}, 0
    for name, shape in shapes.items():
        size = 4
        for length in shape:
            size *= length
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(at))


def write_model(folder: Path, config: Mapping[str, Any] = GPT2, weights: str = "model.safetensors") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    if weights.endswith(".safetensors"):
        write_tensors(folder / weights, {"wte.weight": [10, 4], "h.0.attn.bias": [1, 1, 8, 8], "h.0.bias": [4]})
    elif weights:
        (folder / weights).write_bytes(b"a pickle")
    return folder


def cached(hub: Path, name: str, **arguments: Any) -> Path:
    """A model in the hub's cache, its revision named as the hub names it."""
    entry = hub / f"models--{name.replace('/', '--')}"
    (entry / "refs").mkdir(parents=True)
    (entry / "refs" / "main").write_text("abc123", encoding="utf-8")
    (entry / "snapshots" / "older").mkdir(parents=True)
    return write_model(entry / "snapshots" / "abc123", **arguments)


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("gpt2", SourceKind.HUB, "gpt2"),
        (" hf:org/some-model.v2 ", SourceKind.HUB, "org/some-model.v2"),
        ("org/model", SourceKind.HUB, "org/model"),
        ("hf:/models/mine", SourceKind.FOLDER, "/models/mine"),
        ("/models/small.Q4.GGUF", SourceKind.GGUF, "/models/small.Q4.GGUF"),
        ("hf:/models/small.gguf", SourceKind.GGUF, "/models/small.gguf"),
        ("run:12", SourceKind.RUN, "12"),
        ("run:last~2", SourceKind.RUN, "last~2"),
    ],
)
def test_a_name_says_where_its_model_lies(text: str, kind: SourceKind, name: str) -> None:
    source = parse_source(text)
    assert source == ModelSource(kind, name)
    assert parse_source(str(source)) == source


def test_a_folder_that_is_there_is_meant_by_its_bare_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert parse_source("hf:mine").kind is SourceKind.HUB
    (tmp_path / "mine").mkdir()
    assert parse_source("hf:mine") == ModelSource(SourceKind.FOLDER, str(tmp_path / "mine"))


@pytest.mark.parametrize("text", ["", "hf:", "run:", "a b", "../up", "org/name/more", "http://x"])
def test_a_name_of_nothing_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_source(text)


@pytest.mark.parametrize("name", ["hf:~nobody-here/model", "~nobody-here/model.gguf"])
def test_the_home_of_nobody_is_no_folder(name: str) -> None:
    with pytest.raises(UnusableModel, match=r"There is no (folder|file) .*~nobody-here"):
        find_files(parse_source(name))


def test_the_hub_is_found_as_its_own_library_finds_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("HF_HUB_CACHE")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    assert hub_folder() == tmp_path / "hf" / "hub"
    monkeypatch.delenv("HF_HOME")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    assert hub_folder() == tmp_path / "caches" / "huggingface" / "hub"


def test_files_are_found_in_the_newest_revision_a_folder_or_a_run(hub: Path, tmp_path: Path) -> None:
    in_cache = cached(hub, "org/tiny")
    assert find_files(parse_source("org/tiny")).weights == (in_cache / "model.safetensors",)
    of_run = write_model(tmp_path / "runs" / "3" / "checkpoint" / "language")
    found = find_files(parse_source("run:3"), lambda run: tmp_path / "runs" / run)
    assert (found.folder, found.size_bytes) == (of_run, (of_run / "model.safetensors").stat().st_size)


def test_weights_in_several_files_are_found_and_missing_ones_told(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "big", weights="")
    names = [f"model-0000{n}-of-00002.safetensors" for n in (1, 2)]
    index = {"weight_map": {"a": names[0], "b": names[1], "c": names[1]}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    write_tensors(folder / names[0], {"a": [2]})
    with pytest.raises(UnusableModel, match=f"1 of 2 files of weights are missing, as {names[1]}"):
        find_files(parse_source(f"hf:{folder}"))
    write_tensors(folder / names[1], {"b": [3], "c": [4, 5]})
    found = find_files(parse_source(f"hf:{folder}"))
    assert count_tensors(found.weights).parameters == 25


@pytest.mark.parametrize("index", [[], {}, {"weight_map": []}, {"weight_map": {"a": 5}}, {"weight_map": {"a": ["b"]}}])
def test_an_index_of_weights_that_is_none_is_a_sentence(tmp_path: Path, index: Any) -> None:
    folder = write_model(tmp_path / "big", weights="")
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    with pytest.raises(UnusableModel, match=r"model\.safetensors\.index\.json cannot be read"):
        find_files(parse_source(f"hf:{folder}"))


def test_a_length_of_context_that_is_no_number_is_not_known(hub: Path) -> None:
    cached(hub, "gpt2", config={**GPT2, "n_positions": "1024"})
    assert [model.context_length for model in list_cached()] == [None]


def test_files_that_only_others_may_read_are_told_and_listed(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = cached(hub, "gpt2") / "model.safetensors"
    stat = Path.stat

    def guarded(path: Path, **options: Any) -> os.stat_result:
        if path == weights:
            raise PermissionError(13, "Permission denied")
        return stat(path, **options)

    monkeypatch.setattr(Path, "stat", guarded)
    with pytest.raises(UnusableModel, match=r"model\.safetensors cannot be read \(Permission denied\)\. Ask its owner"):
        find_files(parse_source("gpt2"))
    assert "Ask its owner" in str(list_cached()[0].trouble)


def test_an_adapter_alone_and_a_part_of_a_gguf_file_are_told_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "adapter_config.json").write_text("{}", encoding="utf-8")
    for folder in (tmp_path, write_model(tmp_path)):  # alone, and beside the weights that it would be put into
        with pytest.raises(UnusableModel, match=r"holds an adapter .* merge_and_unload"):
            find_files(parse_source(f"hf:{folder}"))
    (tmp_path / "m-00001-of-00003.gguf").write_bytes(b"GGUF")
    with pytest.raises(UnusableModel, match=r"one of several files .* llama-gguf-split --merge"):
        find_files(parse_source(str(tmp_path / "m-00001-of-00003.gguf")))
    whole = tmp_path / "m-00001-of-00001.gguf"
    whole.write_bytes(b"GGUF")
    assert find_files(parse_source(str(whole))).weights == (whole,)
    (tmp_path / "packed").mkdir()
    whole.rename(tmp_path / "packed" / "m.gguf")
    with pytest.raises(UnusableModel, match=r"no checkpoint but GGUF files\. Give the path of one: .*/packed/m\.gguf"):
        find_files(parse_source(f"hf:{tmp_path / 'packed'}"))


@pytest.mark.parametrize("named", [None, 5, "GPT2LMHeadModel", [], [None, "GPT2LMHeadModel"]])
def test_a_configuration_that_names_no_list_of_classes_is_left_to_transformers(hub: Path, named: Any) -> None:
    folder = cached(hub, "gpt2", config={**GPT2, "architectures": named})
    assert find_files(parse_source("gpt2")).folder == folder
    assert [model.trouble for model in list_cached()] == [None]


@pytest.mark.parametrize(
    ("config", "weights", "sentence"),
    [
        (GPT2, "pytorch_model.bin", "a pickle that could run any code"),
        (GPT2, "", "holds no model.safetensors"),
        ({**GPT2, "auto_map": {"AutoModel": "x.py"}}, "model.safetensors", "code of its own"),
        (
            {"architectures": ["BertForMaskedLM"]},
            "model.safetensors",
            "is a BertForMaskedLM, and text can be made only",
        ),
    ],
)
def test_what_speaks_against_a_model_is_said_with_what_to_do(
    tmp_path: Path, config: dict[str, Any], weights: str, sentence: str
) -> None:
    folder = write_model(tmp_path / "m", config, weights)
    with pytest.raises(UnusableModel, match=sentence):
        find_files(parse_source(f"hf:{folder}"))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("gpt2", "gpt2 is not in the local cache of the hub .* workbench download gpt2"),
        ("hf:/nowhere/at/all", "There is no folder /nowhere/at/all"),
        ("/nowhere/at/all.gguf", "There is no file /nowhere/at/all.gguf"),
        ("run:9", "run:9 has kept no language model"),
    ],
)
def test_a_model_that_is_not_there_is_told_with_what_to_do(name: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableModel, match=sentence):
        find_files(parse_source(name), lambda run: tmp_path / run)


def test_the_cache_is_listed_with_parameters_and_troubles(hub: Path) -> None:
    assert list_cached() == []
    cached(hub, "gpt2")
    cached(hub, "org/old", weights="pytorch_model.bin")
    cached(hub, "org/bert", config={"architectures": ["BertForMaskedLM"]})
    (hub / "models--org--refs-only").mkdir()
    gpt2, old = list_cached()
    assert (gpt2.name, gpt2.parameters, gpt2.dtype, gpt2.context_length) == ("gpt2", 44, "F32", 1024)
    assert gpt2.trouble is None
    assert (old.name, old.parameters) == ("org/old", None)
    assert "Convert it once" in str(old.trouble)
    json.dumps([gpt2.to_json(), old.to_json()])


def test_only_models_whose_files_changed_are_read_again(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache, read = HubCache(), list[Path]()
    assert cache.models() == ()
    cached(hub, "gpt2")
    other = cached(hub, "org/other")
    before = cache.models()
    assert [model.name for model in before] == ["gpt2", "org/other"]
    counting = lambda paths: read.extend(paths) or count_tensors(paths)  # type: ignore[func-returns-value]  # noqa: E731
    monkeypatch.setattr("workbench.language.hub_cache.count_tensors", counting)
    assert cache.models() is before
    write_tensors(other / "model.safetensors", {"w": [5, 5]})
    assert [model.parameters for model in cache.models()] == [44, 25]
    assert read == [other / "model.safetensors"]
    shutil.rmtree(hub / "models--gpt2")
    assert [model.name for model in cache.models()] == ["org/other"]
    (other / "model.safetensors").write_bytes(struct.pack("<Q", 7) + b'{"w":1}')
    assert "is no file of safetensors" in str(cache.models()[0].trouble)


def test_a_file_that_only_has_the_name_of_weights_is_told(hub: Path) -> None:
    folder = cached(hub, "gpt2")
    (folder / "model.safetensors").write_bytes(b"version https://git-lfs.github.com/spec/v1")
    assert "cannot be read" in str(list_cached()[0].trouble) or "is no file" in str(list_cached()[0].trouble)


def test_the_identity_is_that_of_the_weights_and_is_hashed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = (find_files(parse_source(f"hf:{write_model(tmp_path / name)}")) for name in ("a", "b"))
    assert weights_hash(one) == weights_hash(other)
    assert {S_IMODE(note.stat().st_mode) for note in (tmp_path / "cache" / "weights").iterdir()} == {0o600}
    hashed = []
    monkeypatch.setattr("hashlib.file_digest", lambda *_: hashed.append(1))
    assert weights_hash(one) == weights_hash(other)
    assert not hashed
    monkeypatch.undo()
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "cache"))
    write_tensors(one.weights[0], {"wte.weight": [11, 4]})
    assert weights_hash(one) != weights_hash(other)


def test_a_path_may_be_no_utf_8(tmp_path: Path) -> None:
    files = find_files(parse_source(f"hf:{write_model(tmp_path / os.fsdecode(bytes([255])))}"))
    assert weights_hash(files) == weights_hash(files)


def test_the_identity_needs_no_cache_that_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = find_files(parse_source(f"hf:{write_model(tmp_path / 'a')}"))
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("WORKBENCH_CACHE", str(tmp_path / "file"))
    assert len(weights_hash(files)) == 64
    with pytest.raises(UnusableModel, match="cannot be read"):
        weights_hash(ModelFiles(files.source, tmp_path, (tmp_path / "gone",)))
