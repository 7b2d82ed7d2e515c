"""Steps that are recorded or compiled: the same texts, prepared once, refused in sentences, and when which is taken."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import create_autospec

import pytest
import torch
from generation_recording import Recorder, record
from language_fixtures import CONTEXT, byte_tokenizer, tiny_model
from torch import Tensor
from transformers import MistralConfig, MistralForCausalLM, StaticCache

from workbench.errors import BadValue, OutOfMemory
from workbench.generation import fixed_reading
from workbench.generation.decoding import Decoder
from workbench.generation.events import Finished, GenerationEvent
from workbench.generation.readers import MOST_ROOM, Readers
from workbench.generation.settings import Decoding, GenerationSettings
from workbench.language.checkpoints import LanguageModel, wrap_model
from workbench.language.sources import ModelSource, SourceKind

PROMPT = "The quick brown fox jumps"
LONG = "The quick brown fox jumps over the lazy dog. Über den Wolken muß die Freiheit wohl grenzenlos sein. The lazy"
KINDS = ("gpt2", "llama", "neox")
EAGER = GenerationSettings(max_new_tokens=24, decoding=Decoding.EAGER)
AUTO = replace(EAGER, decoding=Decoding.AUTO)
COMPILED = replace(EAGER, decoding=Decoding.COMPILED)
of_torch_itself = pytest.mark.filterwarnings("ignore:.*torch.jit.*is deprecated:DeprecationWarning")

Record = Callable[[Callable[[], Tensor], torch.device], tuple[Callable[[], None], Tensor]]


def finished(events: Iterator[GenerationEvent]) -> Finished:
    return next(event for event in events if isinstance(event, Finished))


def eager_text(model: LanguageModel, prompt: str, settings: GenerationSettings = EAGER) -> Finished:
    return finished(Decoder(model).generate(prompt, replace(settings, decoding=Decoding.EAGER)))


def with_a_window() -> LanguageModel:
    """A model whose layers see the last 16 tokens only."""
    torch.manual_seed(0)
    sizes: dict[str, Any] = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
    sizes |= {"num_key_value_heads": 2, "intermediate_size": 64, "vocab_size": 512, "sliding_window": 16}
    config = MistralConfig(max_position_embeddings=CONTEXT, bos_token_id=None, eos_token_id=None, **sizes)
    return wrap_model(ModelSource(SourceKind.HUB, "tiny-window"), MistralForCausalLM(config).eval(), byte_tokenizer())


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Callable[[Record], list[int]]:
    """Has the CPU pass for a GPU whose graphs come from a function; a list that grows with each recording."""
    recordings: list[int] = []

    def pass_for_one(recording: Record) -> list[int]:
        def counted(step: Callable[[], Tensor], device: torch.device) -> tuple[Callable[[], None], Tensor]:
            recordings.append(1)
            return recording(step, device)

        monkeypatch.setattr("workbench.generation.fixed_reading.record", counted)
        monkeypatch.setattr("workbench.generation.readers.is_on_gpu", lambda _: True)
        return recordings

    return pass_for_one


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_on_a_gpu_one_text_is_decoded_as_a_graph_that_is_recorded_once(kind: str, attention: str, gpu: Any) -> None:
    recordings, model = gpu(record), tiny_model(kind, attention=attention)
    decoder = Decoder(model)
    for prompt in (PROMPT, LONG, "a", PROMPT):
        assert finished(decoder.generate(prompt, AUTO)).tokens == eager_text(model, prompt).tokens
        assert decoder.decoding is Decoding.GRAPH
    assert len(recordings) == 1


def test_drawn_texts_come_out_of_a_graph_as_they_do_without(gpu: Any) -> None:
    gpu(record)
    model, drawn = tiny_model(), replace(AUTO, temperature=0.9, top_k=80, seed=5, repetition_penalty=1.2)
    assert finished(Decoder(model).generate(PROMPT, drawn)).tokens == eager_text(model, PROMPT, drawn).tokens


def test_a_graph_goes_on_from_the_beginning_that_two_prompts_have_in_common(gpu: Any) -> None:
    gpu(record)
    model = tiny_model("llama")
    decoder = Decoder(model)
    assert finished(decoder.generate(LONG, AUTO)).reused_tokens == 0
    changed = LONG[:-3] + "er"
    again = finished(decoder.generate(changed, AUTO))
    assert again.reused_tokens > 16
    assert again.tokens == eager_text(model, changed).tokens
    assert again.tokens != eager_text(model, LONG).tokens


def test_a_text_that_needs_more_room_has_it_recorded_anew(gpu: Any) -> None:
    recordings, model = gpu(record), tiny_model("llama")
    model.network.config.max_position_embeddings = 600
    model = wrap_model(model.source, model.network, model.tokenizer)
    decoder = Decoder(model)
    for tokens, recorded in ((24, 1), (300, 2), (24, 2)):
        settings = replace(AUTO, max_new_tokens=tokens)
        assert finished(decoder.generate(PROMPT, settings)).tokens == eager_text(model, PROMPT, settings).tokens
        assert len(recordings) == recorded


def test_a_text_out_of_a_graph_tells_where_the_reference_might_part_from_it(gpu: Any) -> None:
    gpu(record)
    model = tiny_model()
    with torch.no_grad():  # two tokens that are as good as equal
        weight = model.network.get_output_embeddings().weight
        weight[511] = weight[eager_text(model, PROMPT).tokens[0]] * (1 - 1e-6)
    made = finished(Decoder(model).generate(PROMPT, AUTO))
    assert made.near_tie is not None
    assert made.near_tie.step == 0


def refusing(_step: Callable[[], Tensor], _device: torch.device) -> tuple[Callable[[], None], Tensor]:
    raise RuntimeError("CUDA error: operation not permitted when stream is capturing\nand ten lines more")


def stuck(step: Callable[[], Tensor], _device: torch.device) -> tuple[Callable[[], None], Tensor]:
    """A graph that gives the same for ever, as one in which a number of Python's was frozen."""
    result = step()
    return lambda: None, result


@pytest.mark.parametrize(
    ("recording", "reason"),
    [
        (refusing, r"CUDA error: operation not permitted when stream is capturing\)"),
        (stuck, r"token \d came out otherwise when it was replayed\)"),
    ],
)
def test_where_steps_cannot_be_recorded_the_text_comes_without_and_it_is_said_once(
    recording: Record, reason: str, gpu: Any
) -> None:
    recordings, model, said = gpu(recording), tiny_model(), []
    decoder = Decoder(model)
    for prompt in (PROMPT, LONG):
        made = finished(decoder.generate(prompt, AUTO, say=said.append))
        assert made.tokens == eager_text(model, prompt).tokens
        assert decoder.decoding is Decoding.EAGER
    assert len(recordings) == len(said) == 1
    with pytest.raises(BadValue, match=rf"^The steps of tiny-gpt2 cannot be recorded as a CUDA graph here \({reason}"):
        list(decoder.generate(PROMPT, replace(AUTO, decoding=Decoding.GRAPH)))
    assert said[0].endswith("they run one kernel at a time, which is slower.")


def test_a_gpu_without_room_for_a_graph_says_so_and_can_be_used_again(gpu: Any) -> None:
    def full(_step: Callable[[], Tensor], _device: torch.device) -> tuple[Callable[[], None], Tensor]:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")

    gpu(full)
    model = tiny_model()
    decoder = Decoder(model)
    with pytest.raises(OutOfMemory, match=r"Tried to allocate 2.00 GiB"):
        list(decoder.generate(PROMPT, AUTO))
    assert finished(decoder.generate(PROMPT, EAGER)).tokens == eager_text(model, PROMPT).tokens


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("attention", ["eager", "sdpa"])
def test_a_step_needs_nothing_from_the_host(kind: str, attention: str) -> None:
    """What copies from the host, or waits for the device, cannot be recorded: on ``meta`` either would be seen."""
    network: Any = tiny_model(kind, attention=attention).network.to("meta")
    inputs: dict[str, Any] = {"past_key_values": StaticCache(config=network.config, max_cache_len=256)}
    inputs |= {"use_cache": True, "logits_to_keep": 1}
    recorder = Recorder()
    with torch.inference_mode():
        network(input_ids=torch.zeros((1, 7), dtype=torch.long, device="meta"), **inputs)
        token = torch.zeros((1, 1), dtype=torch.long, device="meta")
        with recorder:
            network(input_ids=token, **inputs)
    assert len(recorder.operations) > 50
    assert recorder.devices() == {"meta"}


def test_a_step_is_warmed_up_on_a_stream_of_its_own_and_then_captured(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    stretch = ["outside"]

    @contextmanager
    def inside(name: str) -> Iterator[None]:
        before, stretch[0] = stretch[0], name
        yield
        stretch[0] = before

    graph, stream = create_autospec(torch.cuda.CUDAGraph), create_autospec(torch.cuda.Stream)
    capture = create_autospec(torch.cuda.graph, side_effect=lambda *_, **__: inside("captured"))
    for name, stands in (("CUDAGraph", graph), ("Stream", stream), ("graph", capture)):
        monkeypatch.setattr(torch.cuda, name, stands)
    monkeypatch.setattr(torch.cuda, "device", lambda device: inside(str(device)))
    monkeypatch.setattr(torch.cuda, "stream", lambda _: inside("beside"))
    monkeypatch.setattr(torch.cuda, "current_stream", stream)

    def step() -> Tensor:
        done.append(stretch[0])
        return torch.tensor(len(done))

    replay, result = fixed_reading.record(step, torch.device("cuda:0"))
    assert done == ["beside"] * 3 + ["captured"]
    assert result == 4
    assert replay is graph.return_value.replay
    capture.assert_called_once_with(graph.return_value, capture_error_mode="thread_local")


def test_which_decoding_auto_comes_to(gpu: Any) -> None:
    on_the_cpu = Readers(tiny_model())
    gpu(record)
    on_a_gpu, with_window = Readers(tiny_model()), Readers(with_a_window())
    samples = replace(AUTO, temperature=1.0, samples=3)
    assert on_the_cpu.decoding(AUTO, 1, 100) is Decoding.EAGER
    assert on_a_gpu.decoding(AUTO, 1, 100) is Decoding.GRAPH
    assert on_a_gpu.decoding(AUTO, 1, MOST_ROOM + 1) is Decoding.EAGER  # much room for perhaps few tokens
    assert on_a_gpu.decoding(AUTO, 2, 100) is Decoding.EAGER
    assert on_a_gpu.decoding(samples, 1, 100) is Decoding.EAGER
    assert with_window.decoding(AUTO, 1, 100) is Decoding.EAGER
    assert on_a_gpu.decoding(replace(AUTO, decoding=Decoding.COMPILED), 1, 10**6) is Decoding.COMPILED


@of_torch_itself
@pytest.mark.parametrize("kind", ["gpt2", "llama"])
def test_compiled_steps_give_the_same_texts_and_are_compiled_once(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    torch._dynamo.reset()  # the models share code, and what was compiled of it for another one is no help
    model, said = tiny_model(kind), []
    tracing = torch.compile(model.network, backend="eager")  # all of compiling but the slow half, which writes code
    monkeypatch.setattr(torch, "compile", lambda *_, **__: tracing)
    monkeypatch.setattr("torch._dynamo.config.error_on_recompile", True)
    decoder = Decoder(model)
    for prompt in (PROMPT, LONG, PROMPT, "a"):
        made = finished(decoder.generate(prompt, COMPILED, say=said.append))
        assert made.tokens == eager_text(model, prompt).tokens
        assert decoder.decoding is Decoding.COMPILED
    assert len(said) == 2
    assert said[0].startswith(f"Compiling the steps of tiny-{kind} for texts of up to 256 tokens: ")


@of_torch_itself
@pytest.mark.parametrize(
    ("before_s", "now_s", "words"),
    [
        (0.005, 0.003, "a step takes 3.00 ms, and 5.00 ms without, so that it pays from 20,000 tokens on."),
        (0.003, 0.003, "a step takes 3.00 ms, and 3.00 ms without, so that it does not pay."),
    ],
)
def test_what_compiling_took_and_gains_is_measured_and_said(
    before_s: float, now_s: float, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, said = [0.0], []
    monkeypatch.setattr("time.perf_counter", lambda: clock[0])
    model = tiny_model()

    def ticking(took_s: float) -> Any:
        def forward(*args: Any, **kwargs: Any) -> Any:
            clock[0] += took_s
            return plain(*args, **kwargs)

        return forward

    plain = model.network.forward
    model.network.forward = ticking(before_s)
    prepared = "workbench.generation.fixed_reading.CompiledReader._prepare_step"
    monkeypatch.setattr(torch, "compile", lambda *_, **__: ticking(now_s))
    monkeypatch.setattr(prepared, lambda *_: clock.__setitem__(0, clock[0] + 40 - before_s))  # one token is read first
    made = finished(Decoder(model).generate(PROMPT, COMPILED, say=said.append))
    assert said[1] == f"Compiled in 40.0 s: {words}"
    assert made.ttft_s == pytest.approx(before_s)  # preparing is no part of a text's times, as loading is none
    assert made.p95_ms == pytest.approx(1e3 * now_s)


def test_a_decoding_that_cannot_be_is_refused_before_anything_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    model, graph = tiny_model(), replace(AUTO, decoding=Decoding.GRAPH)
    with pytest.raises(BadValue, match="decoding=compiled reads one prompt at a time, not 2"):
        Decoder(model).generate([PROMPT, "a"], COMPILED)
    with pytest.raises(BadValue, match="decoding=graph makes one text at a time, not 3"):
        Decoder(model).generate(PROMPT, replace(graph, temperature=1.0, samples=3))
    with pytest.raises(BadValue, match="recorded as a graph on GPUs, and tiny-gpt2 is on the CPU"):
        Decoder(model).generate(PROMPT, graph)
    monkeypatch.setattr("workbench.generation.readers.is_on_gpu", lambda _: True)
    with pytest.raises(BadValue, match="tiny-window is a MistralForCausalLM, whose steps cannot be recorded"):
        Decoder(with_a_window()).generate(PROMPT, graph)
    monkeypatch.setattr(type(model.network), "_can_compile_fullgraph", False)
    with pytest.raises(BadValue, match="GPT2LMHeadModel, whose steps cannot be compiled"):
        Decoder(model).generate(PROMPT, COMPILED)


@of_torch_itself
def test_a_machine_without_a_compiler_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_compiler(*_: Any, **__: Any) -> Any:
        raise RuntimeError("no C++ compiler")

    model = tiny_model()
    failing = torch.compile(model.network, backend=no_compiler)
    monkeypatch.setattr(torch, "compile", lambda *_, **__: failing)
    with pytest.raises(BadValue, match=r"cannot be compiled here .*no C\+\+ compiler.* Leave decoding at auto"):
        list(Decoder(model).generate(PROMPT, COMPILED))
