"""The networks: plain stacks of torch layers, from flat float32 rows (n, features) to logits (n, classes).

They are ``nn.Sequential``, not classes of their own: what is written here from top to bottom is what is computed, and
the names of their weights in a checkpoint are the layers' positions.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from workbench.models.building import DataShape
from workbench.parameters import Value

if TYPE_CHECKING:
    from torch import nn


def mlp(parameters: Mapping[str, Value], shape: DataShape) -> "nn.Module":
    """Hidden layers, each followed by its activation and dropout, then the output layer."""
    from torch import nn  # heavy: only a trainer builds networks

    activations = {"relu": nn.ReLU, "gelu": nn.GELU, "silu": nn.SiLU, "tanh": nn.Tanh}
    activation = activations[str(parameters["activation"])]
    layers: list[nn.Module] = []
    width = shape.features
    for hidden in cast(tuple[int, ...], parameters["hidden"]):
        layers += [nn.Linear(width, hidden), activation(), nn.Dropout(cast(float, parameters["dropout"]))]
        width = hidden
    return nn.Sequential(*layers, nn.Linear(width, shape.classes))


def cnn(parameters: Mapping[str, Value], shape: DataShape) -> "nn.Module":
    """Two blocks of convolution, batch normalisation, ReLU and pooling, then two dense layers.

    Convolutions pad, so that a window larger than the image does no harm, and pooling halves a side only while it has
    two pixels: images of a single pixel still go through. One number in ``channels`` stands for both blocks.
    """
    from torch import nn

    colours, height, width = shape.input_shape
    kernel = cast(int, parameters["kernel_size"])
    given = cast(tuple[int, ...], parameters["channels"])
    layers: list[nn.Module] = [nn.Unflatten(1, (colours, height, width))]
    channels = colours
    for block_channels in (given[0], given[-1]):
        layers += [
            nn.Conv2d(channels, block_channels, kernel, padding=kernel // 2, bias=False),
            nn.BatchNorm2d(block_channels),
            nn.ReLU(),
        ]
        # An even window with this padding returns one pixel more a side.
        height, width = height + 1 - kernel % 2, width + 1 - kernel % 2
        pool = (min(2, height), min(2, width))
        layers.append(nn.MaxPool2d(pool))
        height, width, channels = height // pool[0], width // pool[1], block_channels
    dense = cast(int, parameters["dense_width"])
    return nn.Sequential(
        *layers,
        nn.Flatten(),
        nn.Linear(channels * height * width, dense),
        nn.ReLU(),
        nn.Dropout(cast(float, parameters["dropout"])),
        nn.Linear(dense, shape.classes),
    )
