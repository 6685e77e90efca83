"""Pictures of every page, on a phone and on a desk: `make screens`, committed under docs/screens."""
