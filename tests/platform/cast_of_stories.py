"""What the stories of the small competition send: five ratings, of which the first two count in public."""

# Public: ids 1, 2 (targets 5 and 3). Private: 3, 4, 5 (targets 4, 1, 2).
SOLUTION = "id,rating,Usage\n1,5,Public\n2,3,Public\n3,4,Private\n4,1,Private\n5,2,Private\n"
# Errors 1 and 0 on the public rows: 0.5. Errors 0, 3 and 0 on the private ones: 3.
GOOD = "id,rating\n1,4\n2,3\n3,4\n4,4\n5,2\n"
PERFECT = "id,rating\n1,5\n2,3\n3,4\n4,1\n5,2\n"
BAD = "id,rating\n1,n/a\n2,3\n3,4\n4,4\n5,2\n"


def predictions(first: float, second: float, *private: float) -> str:
    """A file with those two public predictions; the private ones are those of PERFECT but for what is given."""
    values = (first, second, *private, *(4, 1, 2)[len(private) :])
    return "id,rating\n" + "".join(f"{number},{value}\n" for number, value in enumerate(values, 1))
