"""What a competition's data is: fetched and verified, or made up; its row ids and split. No Django."""
