"""What stands where: solids, floors, doors and places, and the shortest ways and lines of sight among them."""
