/// Files and descriptors. See open(2), read(2), pread(2), write(2), close(2), getrlimit(2).
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

int clinux_open_read(const char *path);

/// The same for a file of a folder that is open.
int clinux_open_read_in(int folder, const char *name);
int clinux_open_write(const char *path);
int clinux_close(int fd);
int clinux_duplicate(int fd);
/// Fills in the end to read from and the end to write to, both closed in programs started later.
int clinux_pipe(int *ends);
ssize_t clinux_read(int fd, void *buffer, size_t size);
ssize_t clinux_pread(int fd, void *buffer, size_t size, off_t offset);
ssize_t clinux_write(int fd, const void *buffer, size_t size);

/// The inode and device number of an open file, which name a namespace.
int clinux_identify(int fd, uint64_t *device, uint64_t *inode);

/// Raises RLIMIT_NOFILE's soft limit to `wanted` or to the hard limit (which root may raise too),
/// and returns the limit that holds then.
int64_t clinux_raise_open_files(uint64_t wanted);

/// The symbol of an errno ("ETIMEDOUT"), or NULL. See strerrorname_np(3).
const char *clinux_errno_name(int error);
