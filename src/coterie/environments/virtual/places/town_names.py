"""Names in towns: of streets, yards, shops and public houses, all lower-case and easy to say."""

STREETS = (
    "mill street", "bridge street", "market street", "church street", "school lane", "station road", "garden lane",
    "river street", "baker street", "king street", "queen street", "green lane", "park road", "castle street",
    "orchard lane", "harbour street", "hill road", "forest road", "rose street", "silver street", "tower street",
    "meadow lane", "north street", "apple lane", "chapel street", "spring street", "willow lane", "linden road",
    "weaver street", "potter lane", "summer street", "windmill road", "fountain street", "copper street",
)  # fmt: skip
YARDS = (
    "swan yard", "bell yard", "lion yard", "crown yard", "anchor yard", "fox yard", "robin court", "maple court",
    "ivy court", "cherry court", "lark court", "cedar court", "hazel court", "olive court", "falcon yard", "hare yard",
    "star court", "lily court", "raven yard", "elm court", "birch court", "dove court", "bear yard", "wren court",
    "thistle court", "poppy court", "badger yard", "otter yard", "heron court", "plum court", "moon court",
    "barrel yard", "lantern court", "stone court", "clover court", "fern court",
)  # fmt: skip
SHOPS = {
    "bakery": "bread and cakes", "bookshop": "books and maps", "flower shop": "flowers and seeds",
    "grocery": "fruit and vegetables", "chemist": "medicine and soap", "toy shop": "toys and games",
    "tea room": "tea and coffee", "butcher": "meat and pies", "shoe shop": "shoes and boots",
    "hat shop": "hats and scarves", "post office": "letters and parcels", "bank": "money and keys",
    "clock shop": "clocks and watches", "music shop": "drums and flutes", "paint shop": "paint and brushes",
    "bicycle shop": "wheels and bells", "tailor": "coats and shirts", "barber": "hair and beards",
    "fish shop": "fish and salt", "cheese shop": "milk and cheese", "lamp shop": "lamps and candles",
    "tool shop": "hammers and nails", "pet shop": "cats and canaries", "sweet shop": "sweets and nuts",
    "potter": "bowls and cups", "art shop": "pictures and frames", "garden shop": "pots and trees",
    "carpenter": "tables and chairs", "laundry": "clean clothes", "camera shop": "cameras and film",
}  # fmt: skip
"""What is sold in each, as its sign says."""
HOUSES = {
    "library": "books to borrow", "inn": "beds and supper", "museum": "old things to look at", "town hall": "the mayor",
    "school": "lessons", "clinic": "doctors",
}  # fmt: skip
"""Public houses with two storeys."""
