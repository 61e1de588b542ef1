"""BEGAN, BEGAN-CS and BEGAN v3 as one estimator."""

from dataclasses import dataclass, field, make_dataclass
from typing import Any

from avanp.errors import AvanpError
from avanp.estimators.encoding import EncodingEstimator
from avanp.estimators.make import docstring
from avanp.systems.began_v3 import BEGANV3
from avanp.systems.options import options_of

VARIANTS = {"began": "BEGAN", "cs": "BEGAN-CS", "v3": "BEGAN-v3"}
# v3 has the options of all; what a variant lacks is not looked at.
OPTIONS = {k: one for k, one in options_of(BEGANV3.config_class).items() if k != "shape"}


@dataclass(kw_only=True, eq=False, repr=False)
class VariantEstimator(EncodingEstimator):
    """Chooses the system by `variant`."""

    variant: str = "began"

    def _system(self) -> str:
        if self.variant not in VARIANTS:
            known = ", ".join(VARIANTS)
            raise AvanpError(f"unknown variant {self.variant!r}: choose from {known}")
        return VARIANTS[self.variant]

    def _options(self, shape: tuple[int, ...], epochs: int | None = None) -> dict[str, Any]:
        options = super()._options(shape, epochs)
        # None: the variant's own.
        return {k: v for k, v in options.items() if k != "activation" or v is not None}

    @classmethod
    def _told_by(cls, system: str, path: str) -> dict[str, Any]:
        names = {name: variant for variant, name in VARIANTS.items()}
        if system not in names:
            raise AvanpError(f"{path!r} holds a {system}, not a BEGAN")
        return {"variant": names[system]}


def _made() -> Any:
    defaults = {k: one.default for k, one in OPTIONS.items()} | {"activation": None}
    own = [(k, one.kind, field(default=defaults[k])) for k, one in OPTIONS.items()]
    made: Any = make_dataclass(
        "BEGAN", own, bases=(VariantEstimator,), kw_only=True, eq=False, repr=False
    )
    # Pickled by its name, which `avanp` finds.
    made.__module__ = "avanp"
    said = docstring(BEGANV3, OPTIONS, EncodingEstimator).splitlines()
    head = "BEGAN, BEGAN-CS or BEGAN v3: an auto-encoder against a generator."
    variant = [
        'variant : {"began", "cs", "v3"}',
        "    Which. Options that it lacks are not looked at; activation is by default its own.",
    ]
    made.__doc__ = "\n".join([head, *said[1:4], *variant, *said[4:]])
    return made


BEGAN = _made()
