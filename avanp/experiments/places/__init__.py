"""Where cells are computed: this process, others of this machine, or a Dask cluster."""
