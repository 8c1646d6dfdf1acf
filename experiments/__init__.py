"""Running many: designs, runs, stores and the command line."""
