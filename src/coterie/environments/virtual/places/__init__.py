"""Towns, houses and warehouses made from a seed."""
