"""AVA1-AVA5 with nets of any size, under the gradients of the paper's losses."""

from dataclasses import dataclass

from avanp.models.encoding import EncodingEstimator


@dataclass(kw_only=True, eq=False, repr=False)
class AdversarialEstimator(EncodingEstimator):
    """What the five share.

    Parameters
    ----------
    non_saturating : bool
        Decoder and encoder descend -log d(x') and -log D(mu(x')) in place of log(1 - ·).
    arch, latent, widths, epochs, batch_size, lr, optimiser, betas, ...
        See `avanp.models.trained.TrainedEstimator`.
    likelihood, patience, validation_fraction
        See `avanp.models.encoding.EncodingEstimator`; the paper's likelihood is "gaussian".
    """

    likelihood: str = "gaussian"
    non_saturating: bool = False


class AVA1(AdversarialEstimator):
    """VAE whose decoder has a discriminator d (Nguyen et al. 2024); parameters of the base."""

    system = "AVA1"


class AVA2(AdversarialEstimator):
    """AVA1 with the leaning term (10); parameters of `AdversarialEstimator`."""

    system = "AVA2"


class AVA3(AdversarialEstimator):
    """VAE whose encoder has a discriminator D; parameters of `AdversarialEstimator`."""

    system = "AVA3"


class AVA4(AdversarialEstimator):
    """AVA3 with the leaning term (16); parameters of `AdversarialEstimator`."""

    system = "AVA4"


class AVA5(AdversarialEstimator):
    """Both discriminators, both leaning; parameters of `AdversarialEstimator`."""

    system = "AVA5"
