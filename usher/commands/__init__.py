"""Which commands of `usher` are for the data of businesses? One module each; `usher.cli` registers them."""
