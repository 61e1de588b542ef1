"""Words for terms that several systems measure."""

from typing import Any

from avanp.systems.term import Term

FOOL = {
    "log": "log(1 − {}(x′))",
    "non-saturating": "−log {}(x′)",
    "least-squares": "({}(x′) − 1)²",
}


def _form(config: Any) -> str:
    non_saturating = getattr(config, "non_saturating", False)
    return str(getattr(config, "loss", "non-saturating" if non_saturating else "log"))


def _reconstruction(config: Any) -> str:
    if config.likelihood == "bernoulli":
        return "cross-entropy of the pixels, in nats"
    if config.likelihood == "optimal-gaussian":
        return "−log of a Gaussian of the best variance, in nats"
    return "½ squared error of pixels"


def _descended(config: Any) -> str:
    least = _form(config) == "least-squares"
    of = "(d(x) − 1)² + d(x′)²" if least else "−log d(x) − log(1 − d(x′))"
    return f"{of}: what the discriminator d descends"


def _real(config: Any) -> str:
    least = _form(config) == "least-squares"
    return "mean output of d on images" if least else "mean of d on images; 1: taken for real"


def _fake(config: Any) -> str:
    least = _form(config) == "least-squares"
    of = "the decoder’s images"
    return f"mean output of d on {of}" if least else f"mean of d on {of}; 0: seen through"


def bound(config: Any) -> str:
    """Return what reconstruction + kl is, for a likelihood."""
    nats = "" if config.likelihood == "gaussian" else ": minus the ELBO, in nats"
    return f"reconstruction + kl{nats}"


def fool_d(config: Any) -> str:
    """Return what is low where the discriminator of images is fooled."""
    return f"{FOOL[_form(config)].format('d')}: low where d is fooled"


def fool_D(config: Any) -> str:
    """Return what is low where the discriminator of codes is fooled."""
    return f"{FOOL[_form(config)].format('D')}: low where D is fooled"


BOTH = ("encoder", "decoder")
RECONSTRUCTION = Term(_reconstruction, "nats", "reconstruction", BOTH)
KL = Term("how far the codes are from N(0, I), in nats", "nats", "kl", ("encoder",))
ELBO = Term("−(reconstruction + kl): what a VAE of weight 1 ascends", "nats")
GAME = {
    "discriminator_loss": Term(_descended, "nats", "disc_loss", ("discriminator",)),
    "discriminator_real": Term(_real, "", "disc_real"),
    "discriminator_fake": Term(_fake, "", "disc_fake"),
}
