"""One module per vendor: a payload in, sightings and status out."""
