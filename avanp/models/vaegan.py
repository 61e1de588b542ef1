"""The VAE/GAN as an estimator."""

from dataclasses import dataclass

from avanp.models.encoding import EncodingEstimator


@dataclass(kw_only=True, eq=False, repr=False)
class VAEGAN(EncodingEstimator):
    """VAE/GAN (Larsen et al. 2016): reconstruction measured in a discriminator's features.

    Parameters
    ----------
    weight : float
        w of what the decoder descends: w feature error - (1 - w) d's loss on the fakes.
    beta : float
        Weight of the KL term.
    tap : int
        Which hidden layer of d gives the features; -1 is the last.
    gating : bool
        Leave out a net's update where it is far ahead, or behind.
    equilibrium, margin : float
        d is not updated where its mean loss on real or on fake images is below equilibrium -
        margin, the decoder not where it is above equilibrium + margin.
    arch, latent, widths, epochs, batch_size, lr, optimiser, betas, ...
        See `avanp.models.trained.TrainedEstimator`; the rates are those of Larsen et al.
    likelihood, patience, validation_fraction
        See `avanp.models.encoding.EncodingEstimator`; the likelihood is for `score` and stopping.
    """

    system = "VAEGAN"

    lr: float = 3e-4
    optimiser: str = "rmsprop"
    weight: float = 1e-2
    beta: float = 1.0
    tap: int = -1
    gating: bool = True
    equilibrium: float = 0.68
    margin: float = 0.4
