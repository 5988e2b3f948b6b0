"""How Waakvlam is put on machines: one machine, an image, a cluster."""
