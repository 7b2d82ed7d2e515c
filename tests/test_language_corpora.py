"""Texts as they are read: files, folders, fields of JSON lines, and the docstrings of installed libraries."""

import json
from pathlib import Path
from stat import S_IMODE
from typing import Any

import pytest

from workbench.data import check, describe, is_file, is_text
from workbench.errors import BadValue, UnusableData
from workbench.language import docstrings
from workbench.language.corpora import load_corpus
from workbench.language.docstrings import Docstrings, Source, gather, load_docstrings
from workbench.spec import DataSpec

LINES = "".join(f"This is line {n} of a text.\n" for n in range(300))


def write(path: Path, content: str | bytes) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return str(path)


def write_json(path: Path, *records: Any) -> str:
    return write(path, "".join(json.dumps(record) + "\n" for record in records))


def documents(ref: str, **spec: Any) -> tuple[str, ...]:
    return load_corpus(DataSpec(ref, **spec)).documents


@pytest.mark.parametrize(
    "content",
    [
        "Grüße\nzwei\n",
        b"\xef\xbb\xbfGr\xc3\xbc\xc3\x9fe\r\nzwei\r",
        "Grüße\nzwei\n".encode("utf-16"),
    ],
)
def test_a_text_file_is_one_document_whatever_its_encoding_and_its_ends_of_lines(
    tmp_path: Path, content: str | bytes
) -> None:
    corpus = load_corpus(DataSpec(write(tmp_path / "a.txt", content)))
    assert corpus.documents == ("Grüße\nzwei\n",)
    assert (corpus.name, corpus.origin, corpus.invalid_bytes) == ("a.txt", "1 document from a.txt.", 0)


def test_a_few_stray_bytes_are_counted_and_many_are_another_encoding(tmp_path: Path) -> None:
    corpus = load_corpus(DataSpec(write(tmp_path / "a.txt", "x\ufffd".encode() + b"\xff" + LINES.encode())))
    assert corpus.documents[0].startswith("x\ufffd\ufffdThis")
    assert corpus.invalid_bytes == 1
    latin = "eins\nsüße Grüße\n".encode("latin-1") * 50
    with pytest.raises(UnusableData, match=r"is not UTF-8 text: 25\.0% of its bytes are not, the first on line 2"):
        documents(write(tmp_path / "b.txt", latin))


def test_a_folder_has_a_document_for_each_text_file_in_the_order_of_their_paths(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    for name in ("b.md", "a/z.txt", "a.rst", ".hidden.txt", ".git/c.txt", "d.jsonl", "e.png", "a/c.TXT"):
        write(folder / name, name)
    write(folder / "blank.txt", " \n\n")
    corpus = load_corpus(DataSpec(str(folder)))
    assert corpus.documents == ("a.rst", "b.md", "a/c.TXT", "a/z.txt")
    assert corpus.blank == 1
    assert corpus.origin == "4 documents from notes; 1 without text is left out."


def test_the_field_of_json_lines_is_found_where_it_can_be(tmp_path: Path) -> None:
    only = write_json(tmp_path / "a.jsonl", {"id": 1, "body": "one"}, {"id": 2}, {"id": 3, "body": "three"})
    corpus = load_corpus(DataSpec(only))
    assert (corpus.documents, corpus.field, corpus.blank) == (("one", "three"), "body", 1)
    usual = write_json(tmp_path / "b.jsonl", {"title": "t", "text": "x"})
    assert documents(usual) == ("x",)
    assert documents(usual, text="title") == ("t",)
    several = write_json(tmp_path / "c.jsonl", {"title": "t", "body": "x"})
    with pytest.raises(UnusableData, match=r"text in several fields: 'title', 'body'\. Name one with --text"):
        documents(several)


def test_half_a_pair_in_json_is_read_as_a_stray(tmp_path: Path) -> None:
    corpus = load_corpus(DataSpec(write(tmp_path / "a.jsonl", r'{"text": "a\ud800b \ud83d\ude42"}')))
    assert corpus.documents == ("a\ufffdb 🙂",)
    assert corpus.invalid_bytes == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", "", "There is no text in a.txt: it is blank."),
        ("a.txt", b"MZ\0\1\2", "a.txt does not hold text, whatever its name says"),
        ("a.jsonl", "", "a.jsonl is empty: write a JSON object on each line"),
        ("a.jsonl", "not json\n", "Line 1 of a.jsonl cannot be read as JSON"),
        ("a.jsonl", '\n"text"\n', "Line 2 of a.jsonl holds a text, not a JSON object"),
        ("a.jsonl", '{"n": 1}\n', "No field of a.jsonl holds text. It has 'n'."),
        ("a.jsonl", '{"text": "\\n"}\n', "field 'text' is blank on every line"),
        (
            "a.jsonl",
            '{"text": "x", "id": "a"}\n{"text": 3, "id": "b"}\n',
            "Field 'text' on line 2 of a.jsonl holds a number",
        ),
    ],
)
def test_what_holds_no_text_is_refused_by_the_check_and_by_the_run(
    tmp_path: Path, name: str, content: str | bytes, said: str
) -> None:
    spec = DataSpec(write(tmp_path / name, content))
    for ask in (check, load_corpus):
        with pytest.raises(UnusableData) as caught:
            ask(spec)
        assert said in caught.value.message


def test_what_is_asked_of_the_wrong_kind_of_data_is_refused(tmp_path: Path) -> None:
    text, table = write(tmp_path / "a.txt", LINES), write(tmp_path / "t.csv", "a,b\n" + "1,x\n2,y\n" * 20)
    records = write_json(tmp_path / "a.jsonl", {"text": "x"})
    for spec, error, said in (
        (DataSpec(text, text="body"), UnusableData, "a.txt is text without fields"),
        (DataSpec(text, target="label"), BadValue, "A text has no target"),
        (DataSpec(records, text="body"), UnusableData, "There is no field 'body' in a.jsonl. It has 'text'."),
        (DataSpec("docstrings", text="body"), BadValue, "docstrings has no fields"),
        (DataSpec(table, text="a"), BadValue, "t.csv is a table, and no column of one can be learned as text"),
        (DataSpec(str(tmp_path / "gone.txt")), UnusableData, "There is no file"),
        (DataSpec(str(tmp_path / "none"), text="a"), BadValue, "none is a table"),
    ):
        with pytest.raises(error, match=said.replace(".", r"\.")):
            check(spec)
    write(tmp_path / "empty" / "picture.png", b"\0")
    with pytest.raises(UnusableData, match=r"no text files in the folder empty .* \.md, \.rst, \.text, \.txt"):
        check(DataSpec(str(tmp_path / "empty")))


def test_a_table_is_refused_for_a_model_that_learns_a_language(tmp_path: Path) -> None:
    table = write(tmp_path / "t.csv", "a,b\n" + "1,x\n2,y\n" * 20)
    for ref, said in ((table, "t.csv is no text to learn a language from"), ("iris", "iris holds no text")):
        with pytest.raises(UnusableData, match=said):
            check(DataSpec(ref), ("language-modelling",))
    assert check(DataSpec(table, "b"), ("classification",)).kind == "table"


def test_a_text_is_described_in_the_terms_of_the_catalogue(tmp_path: Path) -> None:
    text = write(tmp_path / "a.txt", LINES)
    entry = check(DataSpec(text), ("language-modelling",))
    assert entry == describe(text)
    assert (entry.name, entry.task, entry.kind, entry.classes) == (text, "language-modelling", "text", ())
    assert (entry.summary, entry.rows) == ("a.txt, 8.10 KiB of text in 1 document", -(-len(LINES) // 512))
    records = write_json(tmp_path / "b.jsonl", *({"text": f"{n} {LINES}"} for n in range(200)))
    assert check(DataSpec(records)).rows == 200
    assert check(DataSpec("docstrings")).rows is None
    assert is_text(str(tmp_path))
    assert is_file(str(tmp_path))


def test_the_home_of_nobody_is_no_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    with pytest.raises(UnusableData, match="There is no file ~nobody-here"):
        load_corpus(DataSpec("~nobody-here.txt"))
    Path("~nobody-here.txt").write_text(LINES, encoding="utf-8")
    assert load_corpus(DataSpec("~nobody-here.txt")).documents == (LINES,)


# --- docstrings -----------------------------------------------------------------------------------------------------


MODULE = '''
"""The first docstring of this module, long enough to count."""
def f():
    """Short."""
class A:
    """A class that says at some length what it is for."""
    def g(self):
        """The first docstring of this module, long enough to count."""
        if self:
            def h():
                "What a function within a function has to say."
    x = """A string that is no docstring, since it belongs to x."""
'''


def make_library(folder: Path, files: int) -> Source:
    for n in range(files):
        write(folder / f"m{n}.py", MODULE.replace("docstring of", f"docstring number {n} of"))
    write(folder / "tests" / "t.py", '"""A docstring of a test, which nobody wants to learn from."""')
    write(folder / "broken.py", "def (:")
    return Source("lib", "1.0", folder)


def test_docstrings_of_a_file_are_a_document_each_of_them_once(tmp_path: Path) -> None:
    found = gather([make_library(tmp_path / "lib", 1)])
    assert found.documents == (
        "The first docstring number 0 of this module, long enough to count.\n\n"
        "A class that says at some length what it is for.\n\n"
        "What a function within a function has to say.",
    )
    assert (found.docstrings, found.repeated, found.short, found.unreadable) == (3, 1, 1, 1)
    assert (found.files, found.files_found) == (2, 2)
    assert "3 docstrings of lib 1.0: from 2 of 2 files" in found.describe()


def test_a_library_gives_so_much_in_an_order_that_does_not_depend_on_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docstrings, "BYTES_EACH", 600)
    told: list[tuple[int, int]] = []
    first = gather([make_library(tmp_path / "a", 40)], lambda done, total: told.append((done, total)))
    second = gather([make_library(tmp_path / "elsewhere" / "b", 40)])
    assert first.documents == second.documents
    assert 600 <= sum(map(len, first.documents)) < 900
    assert first.files < first.files_found == 41
    assert told[-1] == (600, 600)


def test_docstrings_are_gathered_once_and_kept_whole(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = make_library(home / "lib", 3)
    monkeypatch.setattr(docstrings, "find_sources", lambda: [library])
    found = load_docstrings()
    (kept,) = (home / "cache" / "docstrings").iterdir()
    assert (S_IMODE(kept.stat().st_mode), S_IMODE(kept.parent.stat().st_mode)) == (0o600, 0o700)
    monkeypatch.setattr(docstrings, "gather", None)
    again = load_docstrings()
    assert isinstance(again, Docstrings)
    assert (again.documents, again.describe()) == (found.documents, found.describe())
    monkeypatch.setattr(docstrings, "gather", gather)
    kept.write_text(kept.read_text().replace("long enough", "spoiled"), encoding="utf-8")
    assert load_docstrings().documents == found.documents  # what does not have its hash is gathered again
    monkeypatch.setattr(docstrings, "find_sources", lambda: [Source("lib", "2.0", library.folder)])
    load_docstrings()
    assert len(list(kept.parent.iterdir())) == 2


def test_libraries_are_found_without_importing_them() -> None:
    names = [source.name for source in docstrings.find_sources()]
    assert names[0] == "python"
    assert {"numpy", "torch", "textual", "scikit-learn"} <= set(names)
