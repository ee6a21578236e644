"""A small network that corrects a first stage's predictions; loads TensorFlow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from grader.scoring.arrays import Float64Array

Float32Array = npt.NDArray[np.float32]
# Features further out than this, in deviations, count as this far out.
_FARTHEST = 4.0


class Corrector:
    """r = x_0 + MLP(z), z = (x − m) / s cut off at ±4; x_0 is the first stage's prediction. Called with x (n, d)."""

    def __init__(self, hidden: tuple[int, ...], middle: Float32Array, spread: Float32Array) -> None:
        self.hidden, self.middle, self.spread = tuple(hidden), middle, spread
        layers: list[Any] = [keras.layers.Input((len(middle),))]
        for width in self.hidden:
            layers += [keras.layers.Dense(width, "swish", kernel_regularizer=keras.regularizers.L2(_DAMPING))]
            layers += [keras.layers.Dropout(_DROPOUT)]
        self.network = keras.Sequential([*layers, keras.layers.Dense(1, kernel_initializer="zeros")])

    def __call__(self, features: Any) -> Any:
        """The corrected predictions, (n,)."""
        scaled = tf.clip_by_value((features - self.middle) / self.spread, -_FARTHEST, _FARTHEST)
        return features[:, 0] + self.network(scaled, training=False)[:, 0]

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Its numbers: m, s, and the weights in the network's order."""
        weights = {f"weight{place:02}": weight for place, weight in enumerate(self.network.get_weights())}
        return {"middle": self.middle, "spread": self.spread, **weights}

    @classmethod
    def restored(cls, hidden: tuple[int, ...], arrays: Mapping[str, npt.NDArray[Any]]) -> "Corrector":
        """The corrector with these numbers."""
        corrector = cls(hidden, arrays["middle"], arrays["spread"])
        corrector.network.set_weights([arrays[name] for name in sorted(arrays) if name.startswith("weight")])
        return corrector


_DROPOUT, _DAMPING = 0.3, 1e-4


@dataclass(frozen=True)
class SecondStage:
    """How a Corrector is fitted: Adam on shuffled batches, its rate falling along a cosine to a hundredth."""

    hidden: tuple[int, ...] = (128, 64)
    epochs: int = 20
    batch: int = 512
    learning_rate: float = 0.001

    def fit(self, features: Float32Array, ratings: Float64Array, heard: Callable[[], None]) -> Corrector:
        """Fit to features (n, d) of pairs whose ratings (n,) the first stage had not seen.

        `heard` is called after each epoch. The same after the same keras.utils.set_random_seed.
        """
        middle, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
        corrector = Corrector(self.hidden, middle.astype(np.float32), spread.astype(np.float32))
        steps = self.epochs * -(-len(ratings) // self.batch)
        rate = keras.optimizers.schedules.CosineDecay(self.learning_rate, steps, alpha=0.01)
        corrector.network.compile(optimizer=keras.optimizers.Adam(rate), loss="mse", jit_compile=False)
        corrector.network.fit(
            np.clip((features - corrector.middle) / corrector.spread, -_FARTHEST, _FARTHEST),
            (ratings - features[:, 0]).astype(np.float32),
            batch_size=self.batch,
            epochs=self.epochs,
            verbose=0,
            callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: heard())],
        )
        return corrector
