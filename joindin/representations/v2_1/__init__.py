"""The shapes of Joind.in v2.1 (spec sections 4 to 11). The order of keys is part of the contract."""
