"""Nets for images of any size.

The modules that an option `arch` names, `mlp`, `conv`, `upsample` and `spatial`, have the same
three functions, `encoder(build, latent)`, `decoder(build, latent)` and
`discriminator(build, outputs=1)`; what a `build` holds `avanp.nets.build.Build` says.
"""
