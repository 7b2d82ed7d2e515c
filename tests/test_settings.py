"""The settings file and the place of the store."""

import stat
from pathlib import Path

import pytest

from workbench.errors import DiskError, UsageError
from workbench.settings import (
    TEMPLATE,
    Settings,
    load_settings,
    settings_as_far_as_readable,
    settings_path,
    store_path,
)
from workbench.settings_editing import Setting, change_settings


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config" / "settings.toml"
    monkeypatch.setenv("WORKBENCH_CONFIG", str(path))
    monkeypatch.delenv("WORKBENCH_STORE", raising=False)
    return path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def test_first_use_creates_a_commented_file_for_the_user_only(file: Path) -> None:
    settings = load_settings()
    assert file.read_text() == TEMPLATE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert settings == Settings(path=file)


def test_the_template_says_nothing_but_the_defaults_and_examples(file: Path) -> None:
    lines, table = [], ""
    for line in TEMPLATE.splitlines():
        table = line if line.startswith("[") else table
        is_example = table in (
            *("[prices_usd_per_hour]", "[comparison.margins]", "[comparison.effects]", "[needs]", "[keys]"),
        )
        lines.append(line if is_example or "=" not in line else line.removeprefix("# "))
    write(file, "\n".join(lines))
    assert load_settings() == Settings(path=file)
    write(file, "\n".join(line.removeprefix("# ") if " = " in line else line for line in TEMPLATE.splitlines()))
    assert load_settings().needs == {"accuracy": 0.95, "p95_ms": 20.0, "usd_per_1k_predictions": 0.01}


def test_the_template_is_read_back_as_the_defaults(file: Path) -> None:
    load_settings()
    assert load_settings() == Settings(path=file)


def test_every_key_reaches_its_field(file: Path) -> None:
    write(
        file,
        """
        [prices_usd_per_hour]
        "H100" = 2.5
        cpu = 0
        [stopping]
        grace_seconds = 5
        [comparison]
        latency_apart_margin = 0.5
        [needs]
        r2 = -0.5
        p95_ms = 20
        [weights]
        cost = 2
        [comparison.margins]
        accuracy = 0.005
        p95_ms = 0.5
        [comparison.effects]
        log_loss = 0.05
        [generation]
        idle_minutes = 3
        [interface]
        theme = "nord"
        """,
    )
    assert load_settings() == Settings(
        prices_usd_per_hour={"h100": 2.5, "cpu": 0.0},
        stop_grace_s=5.0,
        latency_apart_margin=0.5,
        margins={"accuracy": 0.005, "p95_ms": 0.5},
        effects={"log_loss": 0.05},
        generation_idle_minutes=3.0,
        needs={"r2": -0.5, "p95_ms": 20.0},
        weights={"quality": 1.0, "latency": 1.0, "cost": 2.0},
        theme="nord",
        path=file,
    )


def test_a_price_is_found_by_the_longest_part_of_the_name_that_fits() -> None:
    settings = Settings(prices_usd_per_hour={"h100": 2.5, "h100 nvl": 3.0, "cpu": 0.1, "a100": 1.0})
    assert settings.price_of("cuda:0", "NVIDIA H100 80GB HBM3") == 2.5
    assert settings.price_of("cuda:1", "NVIDIA H100 NVL") == 3.0
    assert settings.price_of("cpu", "Intel(R) Xeon(R) CPU") == 0.1


def test_a_device_without_a_price_has_none_rather_than_the_price_of_the_cpu() -> None:
    settings = Settings(prices_usd_per_hour={"cpu": 0.1})
    assert settings.price_of("cuda:0", "NVIDIA CPU-like Board") is None
    assert settings.price_of("cuda:0", None) is None
    assert Settings().price_of("cpu", "Intel") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[stopping]\n\ngrace_second = 3", "line 3: 'grace_second' in [stopping] is not a setting"),
        ("[stoping]\ngrace_seconds = 3", "line 1: 'stoping' is not a setting. Known here: [stopping]"),
        ("theme = 'nord'", "line 1: 'theme' is not a setting"),
        ("[stopping]\ngrace_seconds = 'x'", "line 2: 'grace_seconds' in [stopping] must be a number, not 'x'"),
        ("[stopping]\ngrace_seconds = true", "must be a number, not True"),
        ("[stopping]\ngrace_seconds = -1", "must be a number, 0 or more, not -1"),
        ("[stopping]\ngrace_seconds = inf", "must be a number, 0 or more"),
        ("[stopping]\ngrace_seconds = nan", "must be a number, 0 or more"),
        ("[needs]\nacuracy = 1", "line 2: 'acuracy' in [needs] is not a figure. Known here: accuracy, "),
        ("[needs]\naccuracy = inf", "'accuracy' in [needs] must be a finite number, not inf"),
        ("[weights]\nspeed = 1", "line 2: 'speed' in [weights] has no weight. Known here: quality, latency, cost."),
        ("[weights]\ncost = -1", "'cost' in [weights] must be a number, 0 or more, not -1"),
        (
            "[comparison.margins]\nthroughput_per_s = 1",
            "line 2: 'throughput_per_s' in [comparison.margins] is not a score or a latency. ",
        ),
        ("[comparison.effects]\np95_ms = 1", "line 2: 'p95_ms' in [comparison.effects] is not a score. "),
        ("[comparison.effects]\naccuracy = 0", "line 2: 'accuracy' in [comparison.effects] must be a number above 0"),
        ("[comparison.margins]\nenergy = 1", "line 2: 'energy' in [comparison.margins] is not a score or a latency. "),
        ("[interface]\ntheme = 3", "must be a text in quotes, not 3"),
        ('[prices_usd_per_hour]\n"H100" = "2.5"', "line 2: 'H100' in [prices_usd_per_hour] must be a number"),
        ("prices_usd_per_hour = 3", "line 1: 'prices_usd_per_hour' is not a setting"),
        ("[[keys]]\nstop = 's'", "'keys' is not a setting"),
        ("[stopping]\ngrace_seconds 3", "is not valid TOML: Expected '=' after a key"),
    ],
)
def test_what_means_nothing_is_refused_with_its_file_and_line(file: Path, text: str, said: str) -> None:
    write(file, text)
    with pytest.raises(UsageError) as caught:
        load_settings()
    assert said in caught.value.message
    assert str(file) in caught.value.message


def test_broken_toml_names_the_line(file: Path) -> None:
    write(file, "[stopping]\ngrace_seconds = \n")
    with pytest.raises(UsageError, match="line 2"):
        load_settings()


def test_a_file_that_is_not_text_is_refused(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="not UTF-8"):
        load_settings()


def test_an_unreadable_file_is_said_to_be_unreadable(file: Path) -> None:
    file.mkdir(parents=True)
    (file / "settings.toml").mkdir()
    with pytest.raises(DiskError, match="cannot be read"):
        load_settings()


def test_without_a_place_to_write_the_defaults_hold() -> None:
    assert load_settings(Path("/proc/nowhere/settings.toml")) == Settings()


def test_a_folder_in_the_variable_holds_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_CONFIG", str(tmp_path))
    assert settings_path() == tmp_path / "settings.toml"


def test_without_the_variable_the_configuration_folder_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WORKBENCH_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert settings_path() == tmp_path / "workbench" / "settings.toml"


def test_the_option_wins_over_the_variable_and_the_variable_over_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("WORKBENCH_STORE", raising=False)
    assert store_path(None) == tmp_path / "data" / "workbench" / "workbench.db"
    monkeypatch.setenv("WORKBENCH_STORE", str(tmp_path / "a.db"))
    assert store_path(None) == tmp_path / "a.db"
    assert store_path(str(tmp_path / "b.db")) == tmp_path / "b.db"


def test_the_store_is_named_the_same_from_every_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.chdir(tmp_path)
    assert store_path("link/x.db") == tmp_path / "real" / "x.db"


def test_a_folder_stands_for_the_file_in_it(tmp_path: Path) -> None:
    assert store_path(str(tmp_path)) == tmp_path / "workbench.db"
    assert store_path(f"{tmp_path}/new/") == tmp_path / "new" / "workbench.db"


def test_a_path_that_cannot_be_meant_is_refused() -> None:
    with pytest.raises(UsageError, match="needs the path"):
        store_path(" ")
    with pytest.raises(UsageError, match="home folder that does not exist"):
        store_path("~nobody-of-that-name/x.db")


def test_keys_signs_and_theme_reach_their_fields(file: Path) -> None:
    write(file, '[interface]\nascii = "always"\n[keys]\n"run.stop" = "ctrl+k, K"\ntable.sort = ["o", "O"]\n')
    settings = load_settings()
    assert settings.ascii == "always"
    assert settings.theme == "auto"
    assert settings.keys == {"run.stop": ("ctrl+k", "K"), "table.sort": ("o", "O")}


def test_what_is_wrong_in_one_line_does_not_hide_the_others(file: Path) -> None:
    write(file, "[stopping]\ngrace_seconds = -1\n[comparison]\nlatency_apart_margin = 0.5\n[interface]\nthema = 'x'\n")
    settings, problems = settings_as_far_as_readable()
    assert settings == Settings(latency_apart_margin=0.5, path=file)
    assert [problem.partition(", ")[2][:6] for problem in problems] == ["line 2", "line 6"]


def test_a_file_that_is_no_settings_file_leaves_the_defaults_and_a_sentence(file: Path) -> None:
    write(file, "[stopping\n")
    settings, problems = settings_as_far_as_readable()
    assert settings == Settings(path=file)
    assert len(problems) == 1
    assert "line 1" in problems[0]


def test_a_change_keeps_comments_and_order(file: Path) -> None:
    write(file, '# mine\n[keys]\n\n[stopping]\ngrace_seconds = 5 # short\n[interface]\n# dark\ntheme = "nord"\n')
    change_settings(
        file, {"stopping.grace_seconds": 7.5, "interface.theme": "workbench-light", "keys.run.stop": ["ctrl+k"]}
    )
    assert file.read_text() == (
        '# mine\n[keys]\n"run.stop" = ["ctrl+k"]\n\n'
        '[stopping]\ngrace_seconds = 7.5 # short\n[interface]\n# dark\ntheme = "workbench-light"\n'
    )
    assert load_settings().keys == {"run.stop": ("ctrl+k",)}


def test_a_change_of_the_template_leaves_what_it_explains(file: Path) -> None:
    load_settings()
    change_settings(file, {"stopping.grace_seconds": 5.0, "comparison.margins.accuracy": 0.01})
    assert [line for line in file.read_text().splitlines() if line not in TEMPLATE.splitlines()] == [
        "grace_seconds = 5.0",
        "accuracy = 0.01",
    ]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_missing_file_and_missing_tables_are_made(file: Path) -> None:
    change_settings(file, {"interface.theme": "nord"})
    assert load_settings().theme == "nord"
    write(file, "")
    change_settings(file, {"comparison.margins.accuracy": 0.01, "prices_usd_per_hour.cpu": 0.05})
    assert load_settings().margins == {"accuracy": 0.01}


def test_a_price_is_changed_where_it_stands_whatever_its_case(file: Path) -> None:
    write(file, '[prices_usd_per_hour]\n"H100" = 2.5\n')
    change_settings(file, {"prices_usd_per_hour.h100": 3.0})
    assert file.read_text() == '[prices_usd_per_hour]\n"H100" = 3.0\n'


def test_a_key_written_without_quotes_is_changed_where_it_stands(file: Path) -> None:
    write(file, '[keys]\nrun.stop = "k"\n')
    change_settings(file, {"keys.run.stop": "x"})
    assert file.read_text() == '[keys]\nrun.stop = "x"\n'
    change_settings(file, {"keys.run.stop": None})
    assert load_settings().keys == {}


def test_no_value_brings_the_default_back(file: Path) -> None:
    write(file, "[stopping]\ngrace_seconds = 5\n")
    change_settings(file, {"stopping.grace_seconds": None, "interface.theme": None, "keys.run.stop": None})
    assert file.read_text() == "[stopping]\n"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("stopping.grace_seconds", -1.0, "'grace_seconds' in [stopping] must be a number, 0 or more, not -1.0"),
        ("comparison.margins.energy_j", 1.0, "'energy_j' in [comparison.margins] is not a score"),
        ("interface.colour", "red", "'colour' in [interface] is not a setting"),
        ("interface.ascii", "perhaps", 'must be "auto", "always" or "never"'),
        ("theme", "nord", "'theme' is not a setting"),
        ("keys.run.stop", [], "must be a key in quotes"),
    ],
)
def test_a_change_that_could_not_be_read_back_is_refused(file: Path, key: str, value: Setting, said: str) -> None:
    write(file, "[stopping]\n")
    with pytest.raises(UsageError) as caught:
        change_settings(file, {key: value})
    assert said in caught.value.message
    assert file.read_text() == "[stopping]\n"


def test_a_broken_file_is_not_written_over(file: Path) -> None:
    write(file, "[stopping]\ngrace_seconds = \n")
    with pytest.raises(UsageError, match="line 2"):
        change_settings(file, {"interface.theme": "nord"})
    assert file.read_text() == "[stopping]\ngrace_seconds = \n"


def test_a_wrong_line_can_be_corrected_while_another_still_stands(file: Path) -> None:
    write(file, "[stopping]\ngrace_seconds = -1\n[interface]\ntheme = 3\n")
    change_settings(file, {"stopping.grace_seconds": 5.0})
    change_settings(file, {"interface.theme": "nord"})
    assert load_settings().stop_grace_s == 5.0


def test_a_link_to_the_file_stays_a_link(file: Path, tmp_path: Path) -> None:
    file.parent.mkdir()
    (tmp_path / "dotfiles.toml").write_text("")
    file.symlink_to(tmp_path / "dotfiles.toml")
    change_settings(file, {"interface.theme": "nord"})
    assert file.is_symlink()
    assert "nord" in (tmp_path / "dotfiles.toml").read_text()
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_place_that_cannot_be_written_is_said(file: Path) -> None:
    with pytest.raises(DiskError, match="Nothing was changed"):
        change_settings(Path("/proc/nowhere/settings.toml"), {"interface.theme": "nord"})
