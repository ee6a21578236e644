"""The rows that the models of the zoo are asked for: short and long texts, empty ones, other scripts, repeats."""

ROW_COUNT = 500
_BOOKS = [
    "1984",
    "",
    "The Lord of the Rings: The Fellowship of the Ring (Illustrated Edition)",
    "Exactly twenty-two byte",
    "Exactly twenty-two byt",
    "Пикник на обочине",
    "百年の孤独",
    'One "quoted", with a comma',
]
FEATURES = {
    "user_id": [str(number * number % 97) for number in range(ROW_COUNT)],
    "book_name": [_BOOKS[number * 5 % 8] + (f" {number}" if number % 3 else "") for number in range(ROW_COUNT)],
}
