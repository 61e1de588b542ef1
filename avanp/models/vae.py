"""The variational autoencoder as an estimator."""

from dataclasses import dataclass

from avanp.models.encoding import EncodingEstimator


@dataclass(kw_only=True, eq=False, repr=False)
class VAE(EncodingEstimator):
    """Variational autoencoder (Kingma, Welling 2014).

    Parameters
    ----------
    beta : float
        Weight of the KL term; 1 for the ELBO.
    kl_reduction : {"sum", "mean"}
        Over the units of a code.
    free_nats : float
        Nats of KL a unit of the code that cost nothing.
    arch, latent, widths, epochs, batch_size, lr, optimiser, betas, ...
        See `avanp.models.trained.TrainedEstimator`.
    likelihood, patience, validation_fraction
        See `avanp.models.encoding.EncodingEstimator`.
    """

    system = "VAE"

    beta: float = 1.0
    kl_reduction: str = "sum"
    free_nats: float = 0.0
