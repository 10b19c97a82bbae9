"""Finetooth: where the rules run – engine, language server, command line and report formats."""

__version__ = "0.1.0"
