"""LoRA through peft: small matrices beside the linear layers of a network, trained in their place.

They are put into the network itself (peft's ``inject_adapter_in_model``), which stays what it was for everybody who
runs it. What is kept in the end is the network with its matrices added up (h = (W + BA·alpha/r) x, arXiv:2106.09685,
section 4.1), an ordinary checkpoint that needs no peft.
"""

import warnings
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from workbench.errors import UnusableModel
from workbench.inert import inert

if TYPE_CHECKING:
    from torch import Tensor, nn

_NAME: Final = "default"
_WRAPPED: Final = ".base_layer"
_OURS: Final = ".lora_"


def check_adapters() -> None:
    """Raises UnusableModel where peft is not installed."""
    if find_spec("peft") is None:
        raise UnusableModel(
            "method=lora needs peft, which is not installed here. Install Workbench's extra: pip install "
            "'workbench[lora]'; or train all weights with method=full."
        )


def add_adapters(network: "nn.Module", *, rank: int, alpha: float, dropout: float) -> None:
    """Puts matrices beside every linear layer but the output, and leaves nothing else to be trained.

    Their first weights come from torch's global generator. Raises UnusableModel without peft, or where peft knows no
    such layers in the network, or cannot do with them what is asked.
    """
    check_adapters()
    from peft import LoraConfig, inject_adapter_in_model  # heavy: imports transformers and accelerate

    scale: Any = alpha  # peft declares a whole number, and divides whatever it gets
    config: Any = LoraConfig(
        r=rank, lora_alpha=scale, lora_dropout=dropout, target_modules="all-linear", task_type="CAUSAL_LM"
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GPT-2 keeps its matrices the other way round, which peft sees by itself
            inject_adapter_in_model(config, network, adapter_name=_NAME)
    except ValueError as error:
        reason = inert(str(error).rstrip("."), 240)
        raise UnusableModel(
            f"LoRA cannot be put into this network as asked ({reason}). Change its parameters, or train all weights "
            f"with method=full."
        ) from None


def has_adapters(network: "nn.Module") -> bool:
    """Whether ``add_adapters`` was called for the network."""
    return any(_OURS in name for name, _ in network.named_parameters())


def merged_weights(network: "nn.Module") -> "dict[str, Tensor]":
    """The state of the network as if it had been trained itself: each matrix with its adapters' product added."""
    import torch  # heavy; whoever has a network has imported it

    modules: Mapping[str, Any] = dict(network.named_modules())
    merged: dict[str, Tensor] = {}
    for name, tensor in network.state_dict().items():
        if _OURS in name:
            continue
        layer, _, what = name.rpartition(".")
        while layer.endswith(_WRAPPED):  # the experts of a mixture are wrapped once for each of their tensors
            layer = layer.removesuffix(_WRAPPED)
            if getattr(modules[layer], "parameter_name", "weight") == what:
                with torch.no_grad():
                    tensor = tensor + modules[layer].get_delta_weight(_NAME).to(tensor.dtype)  # noqa: PLW2901
        merged[f"{layer}.{what}"] = tensor
    return merged
