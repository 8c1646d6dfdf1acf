"""How fast the model is: `make bench`. Never part of the tests, whose verdict must not depend on a clock."""
