"""Kernels of a module as plain Python, where a test calls them one by one."""


def make_plain(monkeypatch, module):
    """Put the plain twins of all compiled functions of *module* in their place."""
    for name, kernel in vars(module).copy().items():
        plain = getattr(kernel, "py_func", None)
        if plain is not None:
            monkeypatch.setattr(module, name, plain)
    return module
