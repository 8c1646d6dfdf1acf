"""The rules of one step, one module per mechanism. Rules never import each other."""
