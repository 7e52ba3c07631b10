-- Telephones are known by keyed hashes of their numbers from now on. What was counted by their numbers is forgotten.
DELETE FROM phones;
