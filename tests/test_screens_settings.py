"""The settings screen, and the keys that users choose."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from screens_fixtures import Desk, NotingEngine, filled, gpu_sample, host_sample, make_app
from screens_pilot import keys_shown, opened, seen, until
from textual.pilot import Pilot

from screens.app import WorkbenchApp
from screens.settings import keymap
from screens.settings.dialogs import KeyDialog, ValueDialog
from screens.settings.key_names import key_name, show_key
from screens.settings.keymap import KeyBinding, all_bindings, check_keys, conflict, effective_keys
from screens.settings.rows import parse_number, row_line, setting_rows, split_price
from screens.settings.screen import SettingsScreen
from screens.signs import ASCII, UNICODE
from screens.themes import DARK, LIGHT
from screens.widgets.settings_list import SettingsList
from store.samples import add_samples
from workbench.settings import Settings, load_settings, settings_path


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with filled(tmp_path / "workbench.db") as desk:
        yield desk
        for lock in desk.locks:
            os.close(lock)


async def go_to(pilot: Pilot, app: WorkbenchApp, label: str) -> SettingsList:
    """Open the settings on a row, once the keys of all screens are known."""
    if not isinstance(app.screen, SettingsScreen):
        await pilot.press("comma")
    await until(pilot, lambda: isinstance(app.screen, SettingsScreen), "the settings")
    listed = app.screen.query_one(SettingsList)
    await until(pilot, lambda: any(row.label == label for row in listed.rows), f"the row {label}")
    await until(pilot, lambda: any(row.label == "run.stop" for row in listed.rows), "the keys")
    listed.go(next(place for place, row in enumerate(listed.rows) if row.label == label))
    await pilot.pause()
    return listed


# The screen.


async def test_a_price_is_typed_and_kept_in_the_file(desk: Desk) -> None:
    app = make_app(desk.path, settings=load_settings())
    async with opened(app) as pilot:
        listed = await go_to(pilot, app, "NVIDIA H100 80GB HBM3")
        assert listed.row is not None
        assert listed.row.value == ""
        assert "n/a" in seen(app)
        await pilot.press("enter", *"2x")
        await until(pilot, lambda: "This must be a number" in seen(app), "what is wrong, while it is typed")
        await pilot.press("enter")
        assert isinstance(app.screen, ValueDialog), "what is wrong cannot be saved"
        await pilot.press("backspace", *".5", "enter")
        await until(pilot, lambda: app.settings.prices_usd_per_hour == {"nvidia h100 80gb hbm3": 2.5}, "the price")
        assert load_settings() == app.settings
        assert "2.5" in seen(app)


async def test_a_device_that_has_not_been_seen_gets_a_price_by_name(desk: Desk) -> None:
    app = make_app(desk.path, settings=load_settings())
    async with opened(app) as pilot:
        await go_to(pilot, app, "another device")
        await pilot.press("enter", *"H200 = 4", "enter")
        await until(pilot, lambda: app.settings.prices_usd_per_hour == {"h200": 4.0}, "the price")
        await go_to(pilot, app, "h200")
        await pilot.press("x")
        await until(pilot, lambda: not app.settings.prices_usd_per_hour, "no price")


async def test_devices_that_runs_worked_on_before_are_listed(desk: Desk) -> None:
    from screens_fixtures import gpu_sample, host_sample

    add_samples(desk.db, desk.live.id, 1, [gpu_sample(), host_sample()])
    app = make_app(desk.path, settings=load_settings(), samples=[host_sample()])
    async with opened(app) as pilot:
        await go_to(pilot, app, "NVIDIA H100 80GB HBM3")


async def test_escape_leaves_the_value_and_an_empty_one_is_the_default(desk: Desk) -> None:
    settings_path().parent.mkdir()
    settings_path().write_text("[comparison.margins]\naccuracy = 0.01\n")
    app = make_app(desk.path, settings=load_settings())
    async with opened(app) as pilot:
        await go_to(pilot, app, "accuracy")
        await pilot.press("enter", "5", "escape")
        assert app.settings.margins == {"accuracy": 0.01}
        await pilot.press("enter", *["backspace"] * 4, "enter")
        await until(pilot, lambda: not app.settings.margins, "no margin")


async def test_a_theme_is_seen_while_it_is_turned_and_kept_by_enter(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("COLORFGBG", raising=False)
    app = make_app(desk.path, settings=load_settings())
    async with opened(app) as pilot:
        await go_to(pilot, app, "theme")
        await pilot.press("right", "right")
        assert app.theme == LIGHT
        await pilot.press("escape")
        assert app.theme == DARK
        assert isinstance(app.screen, SettingsScreen), "escape undoes before it closes"
        await pilot.press("right", "right", "j")
        assert app.theme == DARK, "a choice that is left is undone"
        await go_to(pilot, app, "theme")
        await pilot.press("right", "right", "enter")
        await until(pilot, lambda: load_settings().theme == LIGHT, "the theme in the file")
        await until(pilot, lambda: app.settings.theme == LIGHT, "the theme")
        await pilot.press("escape")
        assert app.screen is app.dashboard
        assert app.theme == LIGHT


async def test_a_key_is_changed_by_pressing_the_new_one(desk: Desk) -> None:
    app = make_app(desk.path, settings=load_settings(), engine=NotingEngine(desk.path))
    async with opened(app) as pilot:
        await go_to(pilot, app, "run.stop")
        await pilot.press("enter")
        assert isinstance(app.screen, KeyDialog)
        await pilot.press("n")
        await until(pilot, lambda: "n is taken in" in seen(app), "that the key is taken")
        await pilot.press("K")
        await until(pilot, lambda: app.settings.keys == {"run.stop": ("K",)}, "the new key")
        await pilot.press("escape")
        await until(pilot, lambda: "K stop" in keys_shown(app), "the key in the key bar")
        await pilot.press("s")
        assert app.screen is app.dashboard
        await pilot.press("K")
        await until(pilot, lambda: "Stop the run" in seen(app), "the question")


async def test_a_key_can_be_added_and_all_be_brought_back(desk: Desk) -> None:
    app = make_app(desk.path, settings=load_settings())
    async with opened(app) as pilot:
        await go_to(pilot, app, "run.stop")
        await pilot.press("a", "f6")
        await until(pilot, lambda: app.settings.keys == {"run.stop": ("s", "f6")}, "both keys")
        await pilot.press("a", "escape")
        await pilot.press("x")
        await until(pilot, lambda: app.settings.keys == {}, "the default")


async def test_what_is_wrong_in_the_file_is_said_and_does_not_keep_from_changing(desk: Desk) -> None:
    settings_path().parent.mkdir()
    settings_path().write_text("[stopping]\ngrace_seconds = -1\n")
    app = make_app(desk.path)
    async with opened(app) as pilot:
        await go_to(pilot, app, "seconds to stop")
        await until(pilot, lambda: "line 2: 'grace_seconds'" in " ".join(seen(app).split()), "the problem")
        await pilot.press("enter", *["backspace"] * 2, *"12", "enter")
        await until(pilot, lambda: app.settings.stop_grace_s == 12, "the correction")
        assert "line 2" not in seen(app)


async def test_who_only_reads_the_store_changes_settings_all_the_same(desk: Desk) -> None:
    app = make_app(desk.path, settings=load_settings(), read_only=True)
    async with opened(app) as pilot:
        await go_to(pilot, app, "latency measured apart")
        await pilot.press("enter", *["backspace"] * 4, *"0.5", "enter")
        await until(pilot, lambda: load_settings().latency_apart_margin == 0.5, "the margin")


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (200, 60)])
async def test_everything_is_reached_at_every_size(desk: Desk, size: tuple[int, int]) -> None:
    app = make_app(desk.path, settings=load_settings())
    async with opened(app, size) as pilot:
        listed = await go_to(pilot, app, "accuracy")
        assert "accuracy" in seen(app)
        assert "equivalent" in seen(app)
        await pilot.press("G")
        assert listed.cursor == len(listed.rows) - 1
        await pilot.press("g", "g")
        assert "Prices" in seen(app)
        assert "help" in keys_shown(app)


async def test_the_settings_are_ascii_where_nothing_else_is_shown(desk: Desk) -> None:
    app = make_app(desk.path, settings=load_settings(), signs=ASCII)
    async with opened(app) as pilot:
        await go_to(pilot, app, "theme")
        assert "< auto >" in seen(app)
        assert seen(app).isascii()


# The rows.


def test_rows_say_what_the_file_says() -> None:
    settings = Settings(
        prices_usd_per_hour={"h100": 2.5, "cpu": 0.0},
        margins={"accuracy": 0.005},
        effects={"macro_f1": 0.03},
        generation_idle_minutes=2.0,
        needs={"p95_ms": 20.0, "r2": 0.5},
        weights={"quality": 2.0, "latency": 1.0, "cost": 1.0},
        theme="nord",
    )
    rows = {row.label: row for row in setting_rows(settings, ["NVIDIA H100 NVL", "A100"], ["nord"], "nord", [])}
    assert rows["cpu"].value == "0"
    assert rows["NVIDIA H100 NVL"].value == "2.5"
    assert rows["NVIDIA H100 NVL"].key == "prices_usd_per_hour.h100"
    assert rows["A100"].value == ""
    assert rows["accuracy"].is_chosen
    assert not rows["macro_f1"].is_chosen
    assert rows["p95_ms at most"].value == "20"
    assert rows["p95_ms at most"].key == "needs.p95_ms"
    assert rows["accuracy at least"].value == ""
    assert rows["r2 at least"].value == "0.5"
    assert (rows["p95_ms"].key, rows["p95_ms"].value) == ("comparison.margins.p95_ms", "")
    assert (rows["to see in macro_f1"].key, rows["to see in macro_f1"].value) == ("comparison.effects.macro_f1", "0.03")
    assert rows["to see in accuracy"].unset == "0.01"
    assert (rows["minutes kept loaded"].key, rows["minutes kept loaded"].value) == ("generation.idle_minutes", "2")
    assert rows["weight of quality"].is_chosen
    assert not rows["weight of cost"].is_chosen
    assert rows["theme"].value == "nord"


@pytest.mark.parametrize("width", [37, 77, 117, 197])
@pytest.mark.parametrize("signs", [UNICODE, ASCII])
def test_no_row_is_wider_than_its_list(width: int, signs: object) -> None:
    from screens.pieces import width_of

    settings = Settings(prices_usd_per_hour={"h100": 2.5})
    binding = KeyBinding("a.very_long_name_of_a_binding_indeed", ("pagedown", "ctrl+f", "space"), "Words " * 20, "here")
    for row in setting_rows(settings, ["NVIDIA H100 80GB HBM3 of a kind"], ["workbench-contrast"], "nord", [binding]):
        assert width_of(row_line(row, width, signs)) <= width  # type: ignore[arg-type]


def test_what_is_typed_is_a_number_or_a_sentence() -> None:
    assert parse_number(" 0.5 ") == 0.5
    assert split_price("H100 = 2.5") == ("H100", 2.5)
    for text, said in [("x", "a number"), ("-1", "0 or more"), ("inf", "0 or more"), ("nan", "0 or more")]:
        with pytest.raises(ValueError, match=said):
            parse_number(text)
    with pytest.raises(ValueError, match=r"H100 = 2\.50"):
        split_price("2.5")


# Keys.


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("k", "k"),
        ("K", "K"),
        ("?", "question_mark"),
        (",", "comma"),
        ("Ctrl+K", "ctrl+k"),
        ("PgDn", "pagedown"),
        ("esc", "escape"),
        ("alt+x", "alt+x"),
        ("f5", "f5"),
    ],
)
def test_a_key_is_known_as_people_write_it(text: str, name: str) -> None:
    assert key_name(text) == name
    assert key_name(show_key(name)) == name


@pytest.mark.parametrize(
    ("text", "said"),
    [("ctrl+i", "as for tab"), ("shift+k", "Write K"), ("foo", "is not a key"), ("ctrl+foo", "is not a key")],
)
def test_a_key_that_no_terminal_sends_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        key_name(text)


def test_keys_that_cannot_be_used_are_said() -> None:
    problems = check_keys({"run.stopp": ("k",), "run.stop": ("hyperspace",), "run.new": ("N",)})
    assert len(problems) == 2
    assert "hyperspace" in problems[0]
    assert "Did you mean run.stop?" in problems[1]


def test_a_key_is_taken_only_where_both_work() -> None:
    assert "table.fold" in (conflict("run.stop", "u", {}) or "")
    assert conflict("run.stop", "f9", {}) is None
    assert conflict("run.stop", "u", {"table.fold": ("U",)}) is None, "whose key was moved leaves it free"
    assert "table.fold" in (conflict("run.stop", "U", {"table.fold": ("U",)}) or "")


def test_keys_that_cannot_be_read_leave_a_binding_its_own() -> None:
    binding = KeyBinding("run.stop", ("s",), "Stop", "here")
    assert effective_keys({"run.stop": ("nonsense",)}, binding) == ("s",)
    assert effective_keys({"run.stop": ("S",)}, binding) == ("S",)


async def test_the_users_keys_hold_from_the_start_and_the_help_shows_them(desk: Desk) -> None:
    app = make_app(desk.path, settings=Settings(keys={"run.new": ("N",), "run.nonsense": ("x",)}))
    async with opened(app) as pilot:
        await until(pilot, lambda: "No key is called run.nonsense" in str(app.notices.newest_first), "the notice")
        assert "N new" in keys_shown(app)
        await pilot.press("question_mark")
        await until(pilot, lambda: "N          Start a new run" in seen(app), "the key in the help")


def test_every_binding_has_an_id_and_words() -> None:
    for owner in keymap.binding_classes():
        ids = []
        for binding in keymap.own_bindings(owner):
            assert binding.id, f"{owner.__name__}: {binding.key} has no id"
            assert binding.description, f"{owner.__name__}: {binding.key} has no words"
            ids.append(binding.id)
        assert len(ids) == len(set(ids)), f"{owner.__name__} has an id twice"


def test_an_id_does_the_same_everywhere() -> None:
    assert {"run.stop", "table.sort", "app.help", "list.down"} <= {binding.id for binding in all_bindings()}


async def test_the_cursor_stays_on_its_row_when_a_device_is_seen_for_the_first_time(desk: Desk) -> None:
    app = make_app(desk.path, samples=(host_sample(),))
    async with opened(app) as pilot:
        listed = await go_to(pilot, app, "run.stop")
        app.samples = (gpu_sample(),)
        screen = app.screen
        assert isinstance(screen, SettingsScreen)
        screen._show()
        assert any(row.label == "NVIDIA H100 80GB HBM3" for row in listed.rows)
        assert listed.row is not None
        assert listed.row.label == "run.stop"
