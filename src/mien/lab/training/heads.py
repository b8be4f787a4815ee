"""The last layers of a network for other classes, from few pictures (what they see, targets → weights).

With the streams frozen, the decision is linear in what the last layers see of a face:

    logits = Θ x + b,   x = (gate_r · features_r for each region, gate, joint features, 1)

so the best Θ is unique and L-BFGS finds it in seconds. It minimises the mean cross-entropy of the decision and, with
`STREAM_WEIGHT`, of each region alone, plus `penalty` / 2 times the squared distance from where Θ began (L2-SP: Li,
Grandvalet & Davoine 2018, "Explicit inductive bias for transfer learning with convolutional networks"): the fewer the
pictures, the nearer it stays. The penalty is the largest whose loss on the development side is within one standard
error of the least (Breiman et al. 1984, "Classification and regression trees", §3.4.3).

Where Θ begins: a class of a known name takes the row that the network has for it ("happy" is happiness); any other
takes the mean of all rows, weighted by what the network reads in the class's own pictures.

The offset b is not penalised. It absorbs how common the classes are among the pictures: a collection of fifty each says
how a class looks, not how often it is met. Between classes that the network knew it is dropped afterwards, so that they
stay as common as they were (logit adjustment: Menon et al. 2021, "Long-tail learning via logit adjustment"); a new
class keeps its distance from their mean.

Conventions: Θ float64 (k, d), d = 4 f + 4 + j + 1 in the order above; logits are already calibrated where Θ is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mien.lab.exams.metrics import best_temperature, cross_entropy, softmax
from mien.nets import Floats
from mien.values import REGIONS
from mien.vocabulary import SAME_AS

STREAM_WEIGHT = 0.1
"""Weight of each stream's own loss relative to the decision's, here as in the training of the whole network; there are
four."""
PENALTIES = (1e4, 10.0, 3.0, 1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)
STEPS = 60
PRIOR_FACES = 50
"""The number of development faces whose weight on their temperature equals the training's weight on 1."""

Rows = NDArray[np.float64]


class Seen(Protocol):
    """What the last layers see (`mien.lab.training.frozen.Frozen`)."""

    @property
    def features(self) -> Floats:
        """float32 (n, 4, f)."""
        ...

    @property
    def gate(self) -> Floats:
        """float32 (n, 4)."""
        ...

    @property
    def joint(self) -> Floats:
        """float32 (n, j)."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Heads:
    """The last layers as one matrix, `weights` (k, d); `features` is f, the width of a region's features."""

    weights: Rows
    features: int

    @classmethod
    def of_layers(cls, layers: Mapping[str, tuple[Floats, Floats]]) -> "Heads":
        """Heads from the layers of a network by name: kernel and bias."""
        says = [layers[f"{region}_says"] for region in REGIONS]
        joint, bias = layers["joint"]
        columns = [*(kernel.T for kernel, _ in says), *(b[:, None] for _, b in says), joint.T, bias[:, None]]
        return cls(np.concatenate(columns, axis=1).astype(np.float64), len(says[0][0]))

    def layers(self) -> dict[str, tuple[Floats, Floats]]:
        """The heads as layers by name."""
        w, f, wide, count = self.weights.astype(np.float32), self.features, self.wide, len(REGIONS)
        named = {
            f"{region}_says": (w[:, place * f : (place + 1) * f].T, w[:, wide + place])
            for place, region in enumerate(REGIONS)
        }
        return {**named, "joint": (w[:, wide + count : -1].T, w[:, -1])}

    @property
    def wide(self) -> int:
        """Number of columns for the regions' features; those of their gates follow."""
        return len(REGIONS) * self.features

    def logits(self, seen: Seen) -> NDArray[np.float64]:
        """Logits (n, k) of the decision."""
        return np.asarray(design(seen) @ self.weights.T.astype(np.float32), dtype=np.float64)

    def moved(self, offset: NDArray[np.float64]) -> "Heads":
        """The same heads with an offset (k,) added to the logits of each region, and so of the decision: the gates sum
        to 1."""
        weights = self.weights.copy()
        weights[:, self.wide : self.wide + len(REGIONS)] += offset[:, None]
        return Heads(weights, self.features)

    def over(self, temperature: float) -> "Heads":
        """The same heads with logits divided by a temperature."""
        return Heads(self.weights / temperature, self.features)


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """Calibrated heads to start from, and which of their classes the network knew by name, bool (k,)."""

    heads: Heads
    known: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Fitted heads, with the `penalty` chosen, the `temperature` to divide logits by, and the mean cross-entropy in
    nats on the development side, with the classes as common as there."""

    heads: Heads
    penalty: float
    temperature: float
    develop_loss: float

    def probs(self, seen: Seen) -> NDArray[np.float64]:
        """Calibrated probabilities (n, k)."""
        return softmax(self.heads.logits(seen), self.temperature)


def design(seen: Seen) -> Floats:
    """What the decision is linear in, float32 (n, d)."""
    n = len(seen.gate)
    gated = (seen.features * seen.gate[:, :, None]).reshape(n, -1)
    return np.concatenate([gated, seen.gate, seen.joint, np.ones((n, 1), np.float32)], axis=1, dtype=np.float32)


def known_as(name: str, names: Sequence[str]) -> str | None:
    """The class of a network that a name means; None if there is none."""
    for known in (name, SAME_AS.get(name, name)):
        if known in names:
            return known
    return None


def begun(classes: Sequence[str], heads: Heads, names: Sequence[str], seen: Seen, targets: Floats) -> Start:
    """Heads to start from.

    Parameters
    ----------
    classes : names of the k classes wanted.
    heads, names : the network's own calibrated last layers, and the names of its classes.
    seen, targets : the faces to learn from, targets float32 (n, k).
    """
    said = softmax(heads.logits(seen))
    known_names = [known_as(name, names) for name in classes]
    rows = []
    for place, known in enumerate(known_names):
        if known is not None:
            rows.append(heads.weights[list(names).index(known)])
            continue
        weight = targets[:, place : place + 1]
        mean = (said * weight).sum(axis=0) / max(float(weight.sum()), 1e-9) if weight.any() else said.mean(axis=0)
        rows.append(mean @ heads.weights)
    is_known = np.array([known is not None for known in known_names])
    return Start(Heads(np.stack(rows), heads.features), is_known)


def fit(
    start: Heads, seen: Seen, targets: Floats, penalty: float, at: Heads | None = None
) -> tuple[Heads, NDArray[np.float64]]:
    """The best heads for faces and targets (n, k), held to `start`, and the offset (k,) fitted with them.

    `at` is where the search begins.
    """
    from scipy.optimize import minimize

    x, features = design(seen), np.ascontiguousarray(seen.features.transpose(1, 0, 2))
    n, wide, width = len(x), start.wide, start.features
    begin = start.weights.astype(np.float32)
    share = targets.sum(axis=1, keepdims=True)
    kinds = len(begin)

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        w, offset = flat[kinds:].reshape(begin.shape).astype(np.float32), flat[:kinds].astype(np.float32)
        value, slope = _entropy(x @ w.T + offset, targets, share)
        leaning = slope.sum(axis=0).astype(np.float64)
        gradient = (slope.T @ x).astype(np.float64)
        for region, own in enumerate(features):
            columns = slice(region * width, (region + 1) * width)
            said = own @ w[:, columns].T + w[:, wide + region]
            part, slope = _entropy(said + offset, targets, share)
            value += STREAM_WEIGHT * part
            leaning += STREAM_WEIGHT * slope.sum(axis=0)
            gradient[:, columns] += STREAM_WEIGHT * (slope.T @ own)
            gradient[:, wide + region] += STREAM_WEIGHT * slope.sum(axis=0)
        away = flat[kinds:] - start.weights.ravel()
        total = value / n + penalty / 2 * float(away @ away)
        return total, np.concatenate([leaning / n, gradient.ravel() / n + penalty * away])

    first = np.concatenate([np.zeros(kinds), (start if at is None else at).weights.ravel()])
    found = minimize(loss, first, jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
    return Heads(found.x[kinds:].reshape(begin.shape), start.features), found.x[:kinds]


def fit_best(
    start: Start, seen: Seen, targets: Floats, develop: Seen, wanted: Floats, *, keeps_prior: bool = True
) -> Fitted:
    """Fit with each penalty and choose on the development side.

    Parameters
    ----------
    start : the heads to start from.
    seen, targets : to learn from; targets float32 (n, k), rows summing to 1.
    develop, wanted : to choose by, likewise.
    keeps_prior : known classes stay as common, relative to each other, as they were; otherwise as in the pictures.
    """
    at, tried, losses = start.heads, [], []
    for penalty in PENALTIES:
        at, offset = fit(start.heads, seen, targets, penalty, at)
        logits = at.logits(develop) + offset
        tried.append((penalty, at, offset, logits))
        losses.append(-np.sum(wanted * np.log(np.maximum(softmax(logits), 1e-12)), axis=1))
    penalty, heads, offset, logits = tried[simplest(np.array(losses))]
    temperature = temperature_of(logits, wanted)
    loss = cross_entropy(softmax(logits, temperature), wanted)
    if keeps_prior and start.known.any():
        offset = np.where(start.known, 0.0, offset - offset[start.known].mean())
    return Fitted(heads.moved(offset), penalty, temperature, loss)


def simplest(losses: NDArray[np.float64]) -> int:
    """The first of m candidates whose mean loss is within a standard error of the least; losses (m, n) on the same
    faces."""
    best = losses[losses.mean(axis=1).argmin()]
    excess = losses - best
    errors = excess.std(axis=1, ddof=1) / losses.shape[1] ** 0.5 if losses.shape[1] > 1 else np.zeros(len(losses))
    return int(np.flatnonzero(excess.mean(axis=1) <= errors + 1e-12)[0])


def temperature_of(logits: NDArray[np.float64], wanted: Floats) -> float:
    """The temperature of a development side (Guo et al. 2017), drawn towards 1 if the side is small."""
    n = len(logits)
    return float(best_temperature(logits, wanted) ** (n / (n + PRIOR_FACES))) if n else 1.0


def _entropy(logits: Floats, targets: Floats, share: Floats) -> tuple[float, Floats]:
    """Sum of the cross-entropies, and its gradient with respect to the logits (n, k)."""
    z = logits - logits.max(axis=1, keepdims=True)
    sums = np.log(np.exp(z).sum(axis=1, keepdims=True))
    probs = np.exp(z - sums)
    return -float((targets * (z - sums)).sum()), np.asarray(probs * share - targets, dtype=np.float32)
