"""Advertisement bytes to fields: our own small decoders, checked against captured adverts.

They run on a gateway too: nothing but the standard library.
"""
