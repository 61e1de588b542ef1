"""Papers, each one declaration: what is run, what is drawn from it, what it claims."""
