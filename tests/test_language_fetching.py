"""Fetching from the hub: what is wanted comes and nothing else, again costs nothing, and each refusal is a sentence.

The hub is a small server of ours on this machine, which huggingface_hub asks as it asks the real one.
"""

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from language_fixtures import byte_tokenizer, network

from workbench.__main__ import main
from workbench.errors import DiskError, UnusableModel, UsageError
from workbench.language.fetching import fetch, look_up
from workbench.language.sources import hub_folder

COMMIT = "c" * 40


@dataclass
class Hub:
    """The files of each model, and which of them were fetched."""

    models: dict[str, dict[str, bytes]] = field(default_factory=dict)
    gated: set[str] = field(default_factory=set)
    fetched: list[str] = field(default_factory=list)


class Answers(BaseHTTPRequestHandler):
    """What the hub says of a model, and its files."""

    @property
    def hub(self) -> Hub:
        return self.server.hub  # type: ignore[attr-defined]

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = urlsplit(self.path).path.strip("/")
        if path.startswith("api/models/"):
            self._tell(*path.removeprefix("api/models/").split("/"))
            return
        name, _, rest = path.partition("/resolve/")
        file = rest.partition("/")[2]
        content = self.hub.models.get(name, {}).get(file)
        if content is None:
            self._send(404, b"", {"X-Error-Code": "EntryNotFound"})
            return
        self.hub.fetched += [file] if self.command == "GET" else []
        etag = hashlib.sha256(content).hexdigest()
        self._send(200, content, {"ETag": f'"{etag}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"})

    def _tell(self, owner: str, model: str, *rest: str) -> None:
        name = f"{owner}/{model}"
        files = self.hub.models.get(name)
        if name in self.hub.gated:
            self._send(403, b"{}", {"X-Error-Code": "GatedRepo"})
        elif files is None:
            self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"})
        elif rest[:1] == ("tree",):
            listed = [{"type": "file", "path": one, "size": len(data), "oid": "0"} for one, data in files.items()]
            self._send(200, json.dumps(listed).encode(), {})
        else:
            siblings = [{"rfilename": one, "size": len(data)} for one, data in files.items()]
            self._send(200, json.dumps({"id": name, "sha": COMMIT, "siblings": siblings}).encode(), {})

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for header, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(header, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Hub]:
    """The hub, and an empty cache."""
    known = Hub()
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        server.hub = known  # type: ignore[attr-defined]
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield known
        server.shutdown()


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    """A tiny checkpoint as the hub holds one, with what is not wanted of it."""
    folder = tmp_path / "made"
    network("gpt2").save_pretrained(folder)
    byte_tokenizer().save_pretrained(folder)
    read = {path.name: path.read_bytes() for path in folder.iterdir()}
    return {**read, "README.md": b"# tiny", "pytorch_model.bin": b"pickle", "onnx/model.safetensors": b"copy"}


def test_a_model_is_fetched_once_without_what_nothing_here_reads(
    hub: Hub, files: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    hub.models["lab/tiny"] = files
    assert main(["download", "lab/tiny", "--json"]) == 0
    told = capsys.readouterr()
    assert "Fetching lab/tiny: " in told.err
    assert json.loads(told.out)["weights_bytes"] == len(files["model.safetensors"])
    wanted = {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}
    assert wanted <= set(hub.fetched) <= set(files) - {"README.md", "pytorch_model.bin", "onnx/model.safetensors"}
    hub.fetched.clear()
    found = fetch(look_up("lab/tiny"), progress=False)
    assert hub.fetched == []
    assert found.weights[0].read_bytes() == files["model.safetensors"]
    assert found.folder.is_relative_to(hub_folder())


def test_what_has_come_already_needs_no_room(
    hub: Hub, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.models["lab/tiny"] = files
    offer = look_up("lab/tiny")
    fetched = fetch(offer, progress=False)
    missing = fetched.folder / "tokenizer.json"
    missing.resolve().unlink()
    room = len(files["tokenizer.json"])
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": room - 1})())
    with pytest.raises(DiskError, match="more, and"):
        fetch(offer, progress=False)
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": room})())
    assert fetch(offer, progress=False) == fetched
    assert missing.read_bytes() == files["tokenizer.json"]


def test_what_cannot_be_fetched_is_said(hub: Hub, files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    hub.models["lab/pickled"] = {"config.json": b"{}", "pytorch_model.bin": b"pickle"}
    hub.models["lab/gated"] = hub.models["lab/tiny"] = files
    hub.gated.add("lab/gated")
    with pytest.raises(UnusableModel, match=r"no model.safetensors on the hub.*save_pretrained"):
        look_up("lab/pickled")
    with pytest.raises(UnusableModel, match=r"Accept them on its page.*HF_TOKEN"):
        look_up("lab/gated")
    with pytest.raises(UnusableModel, match="no model lab/unknown, or none that you may see"):
        look_up("lab/unknown")
    with pytest.raises(UsageError, match="lies on this machine already"):
        look_up("run:1")
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 10})())
    with pytest.raises(DiskError, match=r"10 B free.*HF_HUB_CACHE"):
        fetch(look_up("lab/tiny"), progress=False)
    for name in ("lab/two..dots", "lab/ends-with-", "lab/" + "long" * 30):
        with pytest.raises(UsageError, match="is no id of a model on the hub"):
            look_up(name)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(UnusableModel, match=r"could not be fetched from the hub.*hf:FOLDER"):
        look_up("lab/tiny")
