"""One file a format: headers are checked against the file before anything is allocated."""
