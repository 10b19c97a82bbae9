"""Finetooth rules: what is wrong with a fine-tuning record. Pure: no I/O, no LSP, no printing, no clock."""
