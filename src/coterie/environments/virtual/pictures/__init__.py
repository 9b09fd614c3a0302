"""A world as pictures, films and 3D files; nothing here changes what happens."""
