"""Sources: one module or package per raw format; each produces the same refined tables."""
