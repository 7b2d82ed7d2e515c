"""Presets: built in for each model, or the user's own in one private file that is replaced whole."""

import json
import stat
from pathlib import Path

import pytest

from workbench.cli.parser import build_parser
from workbench.cli.running import spec_from
from workbench.errors import BadValue, DiskError, UnknownName, UsageError
from workbench.models import MODELS
from workbench.presets import BUILT_IN, Preset, delete_preset, find_preset, list_presets, presets_path, save_preset


@pytest.mark.parametrize("preset", BUILT_IN, ids=lambda preset: preset.name)
def test_a_preset_that_is_built_in_fits_its_model_and_differs_from_the_defaults(preset: Preset) -> None:
    known = {parameter.name: parameter for parameter in MODELS[preset.model].parameters}
    for name, text in preset.values.items():
        assert known[name].parse(text) != known[name].default


def test_what_was_saved_comes_back_before_what_is_built_in(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "presets.json"
    assert list_presets(path) == BUILT_IN
    mine = Preset("mine", "mlp", {"epochs": "5"}, data="/x/a.csv", target="label", device="cpu", tags="a, b")
    save_preset(mine, path)
    save_preset(Preset("also", "cnn"), path)
    assert list_presets(path) == (Preset("also", "cnn"), mine, *BUILT_IN)
    assert find_preset("mine", path) == mine
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["presets.json"]


def test_the_same_name_replaces_also_what_is_built_in(tmp_path: Path) -> None:
    path = tmp_path / "presets.json"
    save_preset(Preset("mlp-wide", "mlp", {"hidden": "9"}), path)
    save_preset(Preset("mlp-wide", "mlp", {"hidden": "8"}), path)
    assert [preset.values for preset in list_presets(path) if preset.name == "mlp-wide"] == [{"hidden": "8"}]
    delete_preset("mlp-wide", path)
    delete_preset("never", path)
    assert list_presets(path) == BUILT_IN


def test_an_unknown_name_gets_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="mlp-wide"):
        find_preset("mlp-wid", tmp_path / "presets.json")


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\x1b[31m"])
def test_a_name_can_be_seen(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadValue, match="characters that can be seen"):
        save_preset(Preset(name, "mlp"), tmp_path / "presets.json")


@pytest.mark.parametrize("text", ["{", "[]", '{"presets": 3}', "\xff"])
def test_a_file_of_something_else_is_refused_and_kept(text: str, tmp_path: Path) -> None:
    path = tmp_path / "presets.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(UsageError, match="does not hold presets"):
        list_presets(path)
    with pytest.raises(UsageError):
        save_preset(Preset("mine", "mlp"), path)
    assert path.read_text(encoding="latin-1") == text


def test_a_preset_of_a_later_version_is_kept_and_not_offered(tmp_path: Path) -> None:
    path = tmp_path / "presets.json"
    path.write_text(json.dumps({"version": 9, "presets": {"new": {"model": "transformer-9", "more": 1}, "odd": 3}}))
    assert list_presets(path) == BUILT_IN
    save_preset(Preset("mine", "mlp"), path)
    assert json.loads(path.read_text())["presets"]["new"] == {"model": "transformer-9", "more": 1}


def test_where_nothing_can_be_written_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DiskError, match="cannot be written"):
        save_preset(Preset("mine", "mlp"), tmp_path / "file" / "presets.json")


def test_presets_lie_beside_the_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WORKBENCH_CONFIG", str(tmp_path / "settings.toml"))
    assert presets_path() == tmp_path / "presets.json"


def test_the_command_line_begins_with_a_preset(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WORKBENCH_CONFIG", str(tmp_path / "settings.toml"))
    save_preset(Preset("mine", "mlp", {"epochs": "5", "hidden": "9", "threads": "3"}))
    words = ["run", "mlp", "digits", "--preset", "mine", "--set", "hidden=7"]
    spec = spec_from(build_parser().parse_args(words))
    assert spec.parameters == {"epochs": 5, "hidden": (7,)}
    with pytest.raises(BadValue, match="one of cnn, not of mlp"):
        spec_from(build_parser().parse_args(["run", "mlp", "digits", "--preset", "cnn-wide"]))
