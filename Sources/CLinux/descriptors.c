#define _GNU_SOURCE
#include "clinux_descriptors.h"

#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "retry.h"

int clinux_open_read(const char *path) { return CLINUX_RETRY(open(path, O_RDONLY | O_CLOEXEC)); }

int clinux_open_read_in(int folder, const char *name) {
    return CLINUX_RETRY(openat(folder, name, O_RDONLY | O_CLOEXEC));
}

int clinux_open_write(const char *path) { return CLINUX_RETRY(open(path, O_WRONLY | O_CLOEXEC)); }

// Not made again: Linux has closed the descriptor even if close(2) returns EINTR.
int clinux_close(int fd) { return CLINUX_ONCE(close(fd)); }

int clinux_duplicate(int fd) { return CLINUX_RETRY(fcntl(fd, F_DUPFD_CLOEXEC, 3)); }

ssize_t clinux_read(int fd, void *buffer, size_t size) {
    return CLINUX_RETRY(read(fd, buffer, size));
}

ssize_t clinux_pread(int fd, void *buffer, size_t size, off_t offset) {
    return CLINUX_RETRY(pread(fd, buffer, size, offset));
}

ssize_t clinux_write(int fd, const void *buffer, size_t size) {
    return CLINUX_RETRY(write(fd, buffer, size));
}

int clinux_identify(int fd, uint64_t *device, uint64_t *inode) {
    struct stat status;
    if (fstat(fd, &status) < 0) return -errno;
    *device = status.st_dev;
    *inode = status.st_ino;
    return 0;
}

int64_t clinux_raise_open_files(uint64_t wanted) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    if (limit.rlim_cur >= wanted) return (int64_t)limit.rlim_cur;
    if (limit.rlim_max < wanted) {
        struct rlimit higher = {.rlim_cur = wanted, .rlim_max = wanted};
        if (setrlimit(RLIMIT_NOFILE, &higher) == 0) return (int64_t)wanted;
    }
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    return (int64_t)limit.rlim_cur;
}

const char *clinux_errno_name(int error) {
#if __GLIBC_PREREQ(2, 32)
    return strerrorname_np(error);
#else
    (void)error;
    return NULL;
#endif
}

int clinux_pipe(int *ends) { return CLINUX_ONCE(pipe2(ends, O_CLOEXEC)); }
