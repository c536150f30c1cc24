"""The agreement: the words the parts say to one another and the ground they stand on. Pure."""
