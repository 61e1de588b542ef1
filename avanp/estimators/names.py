"""What other libraries call the parameters, and what was meant by a name that is unknown."""

from collections.abc import Collection

from avanp.errors import unknown

# What others call them, by the first of ours that an estimator has.
MEANT = {
    ("lr",): "learning_rate learning_rate_init eta step_size",
    ("latent",): "latent_dim latent_dims latent_size z_dim n_latent n_components code_size "
    "embedding_dim",
    ("epochs",): "max_iter n_epochs num_epochs n_iter nb_epoch epoch",
    ("batch_size",): "batch minibatch_size",
    ("random_state",): "seed rng",
    ("widths", "hidden", "width"): "hidden_layer_sizes hidden_dims hidden_dim hidden_units "
    "hidden_sizes layers channels",
    ("optimiser",): "optimizer solver",
    ("patience",): "early_stopping n_iter_no_change",
    ("beta", "kl_weight"): "kl_weight kld_weight",
    ("arch", "channels"): "architecture conv",
}


def suggestion(name: str, names: Collection[str]) -> str:
    """Return an unknown parameter in quotes, and which of `names` was meant, if one is likely."""
    for ours, theirs in MEANT.items():
        if name in theirs.split():
            for own in ours:
                if own in names:
                    return f"{name!r} (did you mean {own}?)"
    return unknown(name, names)
