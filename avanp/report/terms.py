"""What a training logs, each quantity in a few words; docs/models.md has the losses in full."""

from collections.abc import Iterable, Mapping
from typing import Any

TAKEN = (
    "A training value is the mean over an epoch’s images, taken while the weights change; a "
    "validation value, of images held out, is taken after the epoch."
)
SUMMED = (
    "The terms reconstruction and kl are sums over the pixels of an image and over the numbers of "
    "its code, not averages. A nat is 1.44 bits."
)
# x is an image, x′ what the decoder makes, μ the mean that the encoder gives as a code.
WORDS = {
    "kl": "how far the codes are from N(0, I), in nats",
    "accuracy": "share of images whose class is found",
    "feature": "½ squared error in a hidden layer of d",
    "real_cost": "−log d(x): what d pays on images",
    "fake_cost": "−log(1 − d(x′)): what d pays on the decoder’s images",
    "b": "log d(x) + log(1 − d(x′)), which d ascends (Eq. 4)",
    "B": "log D(μ(x)) + log(1 − D(μ(x′))), which D ascends (Eq. 11)",
    "lean_d": "½ |x − x′|² of Eq. 9; moves no weight of d",
    "lean_D": "½ |μ(x) − μ(x′)|² of Eq. 15; moves no weight of D",
    "d_real": "mean of d on images; 1: taken for real",
    "d_fake": "mean of d on the decoder’s images; 0: seen through",
    "D_real": "mean of D on codes of images; 1: taken for real",
    "D_fake": "mean of D on codes of the decoder’s images",
    "d_updated": "share of steps in which d was trained",
    "decoder_updated": "share of steps in which the decoder was trained",
    "lr": "learning rate",
    "active_units": "numbers of a code in use: variance of μ over 0.01",
    "latent": "numbers in a code",
    "step": "updates of the weights so far",
    "seconds": "time that the epoch took",
}
NETS = {
    "encoder": "the encoder",
    "decoder": "the decoder",
    "d": "d, which judges images",
    "D": "D, which judges codes",
    "classifier": "the net",
}
FOOL = {
    "log": "log(1 − {}(x′))",
    "non-saturating": "−log {}(x′)",
    "least-squares": "({}(x′) − 1)²",
}


def how_taken(names: Iterable[str]) -> str:
    """Return how the values of a log that holds these quantities are taken."""
    return f"{TAKEN} {SUMMED}" if {"reconstruction", "kl"} <= set(names) else TAKEN


def meaning(name: str, system: str, config: Mapping[str, Any]) -> str:
    """Return what a quantity of a log is, in some fifty characters; "" for one not known.

    Parameters
    ----------
    name : str
        A key of a row of ``metrics.jsonl``.
    system, config
        As `avanp.training.checkpoint.describe` returns them.
    """
    what, _, net = name.partition(".")
    if what == "validation":
        return ""
    if what == "grad_norm" and net:
        before = ", before clipping" if config.get("clip") else ""
        return f"length of the gradient of {NETS.get(net, net)}{before}"
    form = str(config.get("loss", "non-saturating" if config.get("non_saturating") else "log"))
    least = form == "least-squares"
    if name in ("decoder_loss", "fool_d", "fool_D") and form in FOOL:
        d = "D" if name == "fool_D" else "d"
        return f"{FOOL[form].format(d)}: low where {d} is fooled"
    if name == "d_loss":
        of = "(d(x) − 1)² + d(x′)²" if least else "−log d(x) − log(1 − d(x′))"
        return f"{of}: what d descends"
    if name in ("d_real", "d_fake") and least:
        return f"mean output of d on {'images' if name == 'd_real' else 'the decoder’s images'}"
    if name == "reconstruction":
        bernoulli = config.get("likelihood") == "bernoulli"
        return "cross-entropy of the pixels, in nats" if bernoulli else "½ squared error of pixels"
    if name == "loss":
        return _loss(system, config)
    return WORDS.get(name, "")


def _loss(system: str, config: Mapping[str, Any]) -> str:
    if system == "classifier":
        return "cross-entropy of the classes, in nats"
    weighted = system == "VAE" and (config.get("beta", 1) != 1 or config.get("free_nats"))
    if weighted or config.get("kl_reduction") == "mean":
        return "reconstruction + weighted kl; validation: unweighted"
    bound = ": minus the ELBO, in nats" if config.get("likelihood") == "bernoulli" else ""
    return f"reconstruction + kl{bound}"
