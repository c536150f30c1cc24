"""How the simulated gateways' hardware writes down what it heard, one vendor a file."""
