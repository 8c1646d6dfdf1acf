"""Commands of `innonet`, one module each; `experiments.command_line` registers them."""
