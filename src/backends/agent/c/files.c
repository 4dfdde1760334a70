#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));
	int error = n < 0 ? -errno : 0;

	if (fd >= 0)
		close(fd);
	return error;
}

int read_file(const char *path, char *buffer, int size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int length = 0;

	buffer[0] = 0;
	if (fd < 0)
		return -1;
	while (length < size - 1) {
		ssize_t n = read(fd, buffer + length, (size_t)(size - 1 - length));

		if (n < 0) {
			close(fd);
			return -1;
		}
		if (n == 0)
			break;
		length += (int)n;
	}
	buffer[length] = 0;
	close(fd);
	return length;
}
