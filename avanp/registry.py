"""What avanp knows by name: one line each, ``"module:object"``, loaded when it is used.

Everything registered here has a row in `avanp.gradcases` (where it has a derivative), a value
test and a line in the docs; a test fails where one is missing.
"""

from importlib import import_module
from typing import Any

from avanp.errors import AvanpError

LAYERS = {
    "dense": "avanp.layers.dense:Dense",
    "sequential": "avanp.layers.sequential:Sequential",
    "identity": "avanp.layers.identity:Identity",
    "logistic": "avanp.layers.logistic:Logistic",
    "sigmoid": "avanp.layers.sigmoid:Sigmoid",
    "tanh": "avanp.layers.tanh:Tanh",
    "relu": "avanp.layers.relu:ReLU",
    "leaky-relu": "avanp.layers.leaky_relu:LeakyReLU",
    "elu": "avanp.layers.elu:ELU",
    "softplus": "avanp.layers.softplus:Softplus",
    "softmax": "avanp.layers.softmax:Softmax",
}

LOSSES = {
    "squared-error": "avanp.losses.squared_error:squared_error",
    "bernoulli-logits": "avanp.losses.bernoulli:bernoulli_logits",
    "kl-variance": "avanp.losses.kl:kl_variance",
    "kl-logvar": "avanp.losses.kl:kl_logvar",
    "log-d": "avanp.losses.gan:log_d",
    "log-one-minus-d": "avanp.losses.gan:log_one_minus_d",
    "minus-log-d": "avanp.losses.gan:minus_log_d",
}

RULES = {
    "printed": "avanp.ava.printed:PrintedRules",
    "program": "avanp.ava.program:ProgramRules",
    "exact": "avanp.ava.exact:ExactRules",
}

MODELS = {
    "AVA1": "avanp.ava.variants:AVA1",
    "AVA2": "avanp.ava.variants:AVA2",
    "AVA3": "avanp.ava.variants:AVA3",
    "AVA4": "avanp.ava.variants:AVA4",
    "AVA5": "avanp.ava.variants:AVA5",
    "VAE": "avanp.ava.variants:VAE",
    "GAN": "avanp.ava.variants:GAN",
}

DATASETS = {
    "jungle": "avanp.data.jungle:jungle",
    "orbit": "avanp.data.orbit:orbit",
}

KINDS = {
    "layer": LAYERS,
    "loss": LOSSES,
    "rules": RULES,
    "model": MODELS,
    "data set": DATASETS,
}


def load(kind: str, name: str) -> Any:
    """Import and return the object registered under `name`; an unknown name is an `AvanpError`."""
    names = KINDS[kind]
    if name not in names:
        raise AvanpError(f"unknown {kind} {name!r}: choose from {', '.join(names)}")
    module, attribute = names[name].split(":")
    return getattr(import_module(module), attribute)
