"""The catalogue: templates/, dashboards/ and alerts/ as the dataclasses of `obsboot.model`, read strictly."""

from obsboot.catalog.inventory import Family, Inventory, inventory, parse
from obsboot.catalog.lawful import unlawful
from obsboot.catalog.problems import CatalogueError, Problem
from obsboot.catalog.recipes import recipe
from obsboot.catalog.scan import Catalogue, data_file, load, locate, own_root

__all__ = [
    "Catalogue", "CatalogueError", "Family", "Inventory", "Problem", "data_file", "inventory", "load", "locate",
    "own_root", "parse", "recipe", "unlawful",
]  # fmt: skip
