/* Small files, as /proc and cgroups have them. */
#ifndef MKT_FILES_H
#define MKT_FILES_H

/* 0 or a negative errno. */
int write_file(const char *path, const char *text);
/* Reads a file whole, up to size - 1 bytes, and ends it with a NUL: its length or -1. */
int read_file(const char *path, char *buffer, int size);

#endif
