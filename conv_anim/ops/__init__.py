"""Ops: a module for each family, with the keys of its types, how these become ops, and all that is asked of an op.

`conv_anim.spec.registry` knows which module has which type; nothing else imports one.
"""
