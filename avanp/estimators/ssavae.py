"""The estimator SSAVAE, made of the options of its two stages."""

from dataclasses import field, make_dataclass
from typing import Any

from avanp.estimators.make import docstring
from avanp.estimators.structured import StructuredEstimator, own_options
from avanp.estimators.trained import TrainedEstimator
from avanp.systems.ssavae import SSAVAE as System


def _made() -> Any:
    options = own_options()
    own = [(name, one.kind, field(default=one.default)) for name, one in options.items()]
    bases = (StructuredEstimator,)
    made: Any = make_dataclass("SSAVAE", own, bases=bases, kw_only=True, eq=False, repr=False)
    # Pickled by its name, which `avanp` finds.
    made.__module__ = "avanp"
    made.__doc__ = docstring(System, options, TrainedEstimator)
    return made


SSAVAE = _made()
